"""Names: what the name of a column says about it, in English, German, French, Spanish, Portuguese
and Italian, and the commonest names in seven more languages.

A name is split into words (`name_words`), without accents and in lower case. Words that languages
glue together, such as ``Kundennummer`` or ``custid``, are taken apart by `_GLUED`.
"""

from __future__ import annotations

import itertools
import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WHO = _words(
    "customer customers cust client clients clnt member members user users subscriber subscribers "
    "account acct accounts household buyer shopper patient guest passenger employee person "
    "consumer donor contact cardholder policyholder respondent participant applicant borrower "
    "kunde kunden mitglied nutzer benutzer teilnehmer mitarbeiter konto "
    "cliente clientes usuario socio miembro abonado comprador empleado "
    "utilisateur abonne adherent membre acheteur compte utente membro assinante conta "
    "musteri klient klienta klantnummer klant klienten "
    "клиент клиента пользователь покупатель 고객 "
    "회원 会员 会員 顧客 客户 客戶 العميل عميل customername clientname"
)
COUNTED_WHO = _words("customers clients members users subscribers accounts kunden clientes")
MARK = _words(
    "id ids no nr num nbr number key code nummer numero nro n° nº kennung schlussel kennziffer "
    "identifiant identificador identificacion identificativo codigo codice clave chave matricule "
    "matricola ref reference uuid guid hash uid номер код "
    "id번호 번호 号 番号 编号 编码 卡号 رقم معرف"
)
ID = _words("id ids uuid guid identifiant identificador ident ид айди cid uid pid")
LAST_MARK = _words(
    "matricule matricula no nr nbr num number key code nummer numero nro номер ref reference"
)
ORDER = _words(
    "row order orders invoice transaction trans txn bill receipt purchase sale basket cart line "
    "ticket booking session visit event log bestellung auftrag rechnung bon beleg zeile commande "
    "facture pedido factura recibo fatura ordine fattura scontrino orderno invoiceno"
)
ITEM = _words(
    "item product products sku article stockcode asin isbn good artikel produkt article produit "
    "producto articulo produto prodotto articolo description"
)
PLACE_OR_KIND = _words(
    "qtr quarter region regional channel type types "
    "typ purpose status class klasse klass category "
    "kategorie cat group gruppe segment cluster code "
    "plan branch store shop warehouse city country "
    "state area zone district province territory occupation profession job sector industry "
    "department dept gender sex race ethnicity religion marital relationship education language "
    "currency device os browser source medium campaign brand model color colour payment method "
    "tier level product contract workclass housing filiale kanal art beruf land stadt geschlecht "
    "familienstand canal categorie categoria genre sexe pays ville metier estado situation "
    "tipo clase clasificacion sexo genero pais ciudad cidade ocupacion profissao regiao sesso "
    "citta paese canale regione stato classe grade"
)
CODES = _words(
    "region channel type typ purpose status class klasse category kategorie group gruppe segment "
    "cluster code plan branch store shop zone district territory occupation profession sector "
    "industry department dept gender sex race ethnicity religion marital relationship language "
    "currency device os browser source medium campaign brand payment method contract workclass "
    "housing filiale kanal beruf geschlecht familienstand canal categorie categoria sexe pays "
    "tipo clase sexo genero pais ocupacion profissao regiao sesso canale regione classe country "
    "city state pclass embarked qtr gen tipologia sparte branche anrede land bundesland division "
    "mode flag variant cohort 性别 性別 성별 地区 "
    "地域 类型 категория тип пол регион sehir cinsiyet"
)
COUNTED = _words(
    "n num number count total sum avg mean average days months years age amount anzahl nb nombre "
    "numero cantidad quantidade numberof nr times freq frequency spend spent sales revenue ratio "
    "rate share pct percent"
)
AMOUNTS = _words(
    "age alter edad idade eta recency frequency monetary tenure rank ranking year years month "
    "months week weeks day days hour hours jahr jahre "
    "monat ano anos annee mois mes meses anno mese "
    "score points punkte visits visit orders count amount sum total income salary spend spending "
    "spent revenue sales quantity qty price cost balance size length width height weight rating "
    "tage stunden umsatz einkommen gehalt renta ingresos ingreso gasto edad antiguedad puntos "
    "revenu salaire depense points montant anciennete idade "
    "renda gasto pontos valor reddito spesa "
    "punti rang rango posizione position minutes duration distance "
    "limit loan debt 나이 年龄 年齢 yas "
    "возраст العمر seniority limite besuche visitas visites"
)
POSTAL = _words(
    "zipcode zips postal postcode postcodes plz postleitzahl pincode "
    "codepostal codigopostal codpostal postnummer postnr "
    "eircode 郵便番号 邮编 邮政编码 우편번호 индекс"
)
SHORT_POSTAL = _words("cep cap pin cp zip")  # words that other names have too
PHONE = _words(
    "phone telephone tel mobile cell cellphone "
    "phonenumber mobilephone msisdn fax whatsapp telefon "
    "handy mobil telefonnummer handynummer rufnummer telefono movil celular telephone portable "
    "telefone telemovel cellulare telefonino 电话 手机 手机号 "
    "電話 電話番号 전화 전화번호 телефон هاتف "
    "telefonnr"
)
MAIL = _words("email mail emailaddress emailadresse courriel correo e-mail mailadresse")
COORDINATES = _words(
    "latitude longitude lat lon lng long breitengrad langengrad latitud longitud latitudine "
    "longitudine geo_lat geo_lon"
)
STAMPS = _words(
    "timestamp zeitstempel horodateur horodatage submitted submission completed responded "
    "recordeddate"
)
BIRTH = _words(
    "birth born dob yob birthday birthdate birthyear geburt geburtsdatum geburtstag geburtsjahr "
    "gebdatum naissance nacimiento nascimento nascita "
    "dateofbirth bdate 생년월일 出生日期 生年月日 "
    "рождения doğum dogum ddn fechanacimiento datanascimento"
)
DAY = _words(
    "date dates day datum tag fecha data dt dob since until timestamp jour dia giorno datetime "
    "joined signup registered birthday birthdate beginn "
    "start end kundeseit letzterkauf tarih дата "
    "日期 日付 날짜 تاريخ created updated lastpurchase orderdate invoicedate"
)
AGES = _words("age ages alter edad idade eta yas возраст 나이 年龄 年齢 العمر")
TARGETS = _words(
    "churn churned churner response responded exited label target attrition defaulted subscribed "
    "converted conversion attritionflag loanstatus outcome"
)
MONEY = _words(
    "amount price total sales revenue value spend cost paid payment quantity qty umsatz betrag "
    "preis menge montant prix quantite importe precio cantidad valor preco quantidade importo "
    "prezzo quantita unitprice linetotal dollars amt turnover profit"
)
COUNTERS = _words(
    "unnamed index rownames row rownum rownumber rowid rowno rn sno slno srno sl sr lfd lfdnr "
    "serial obs observation record recno x idx"
)
_ALL_WHO = sorted(WHO, key=len, reverse=True)
_GLUED = re.compile(
    rf"({'|'.join(map(re.escape, _ALL_WHO))})(?:s|en|n|_)?"
    rf"({'|'.join(map(re.escape, sorted(MARK, key=len, reverse=True)))})"
)
_KIND_ENDS = re.compile(r".{2,}(typ|type|klasse|class|gruppe|group|kategorie|category|status|art)")
_BIRTH_ENDS = re.compile(r"(geb|geburts|birth)\w*")


def plain(text: str) -> str:
    """`text` in lower case, without accents: ``Ville d'Été`` as ``ville d'ete``."""
    text = re.sub(r"\bn[°º]|№", "no ", text.lower())
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i"))
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare)


def name_words(name: str) -> list[str]:
    """The words of a column name, split at punctuation, spaces, `_` and capitals, in lower case.

    >>> name_words("Cus_ID"), name_words("customerID"), name_words("IDNumber")
    (['cus', 'id'], ['customer', 'id'], ['id', 'number'])
    """
    spaced = re.sub(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words: list[str] = []
    for word in re.split(r"[\W_]+", plain(spaced)):
        glued = _GLUED.fullmatch(word)
        words += [glued[1], glued[2]] if glued else [word] * bool(word)
    return words


def says(name: str, words: frozenset[str]) -> bool:
    """Whether a name has one of these words, or is one of them when its parts are joined."""
    parts = name_words(name)
    return not words.isdisjoint(parts) or "".join(parts) in words


def is_id_name(name: str) -> bool:
    """Whether a name has the word id, which names of amounts and categories do not have."""
    return says(name, ID)


def names_customers(name: str) -> bool:
    """Whether a name is that of a customer's id: customer id, Kundennummer, CLIENTNUM."""
    words = name_words(name)
    linked = [word for word in words if word not in ("de", "du", "do", "del", "di", "d")]
    near = itertools.pairwise(linked)
    if any((a in WHO and b in MARK) or (a in MARK and b in WHO) for a, b in near):
        return True
    joined = "".join(words)
    return any(who in joined for who in _FAR_EAST) and any(m in joined for m in _FAR_EAST_MARKS)


_FAR_EAST = ("고객", "회원", "会员", "会員", "顧客", "客户", "客戶")
_FAR_EAST_MARKS = ("번호", "号", "番号", "编号", "id", "編號")


def is_who_name(name: str) -> bool:
    """Whether a name is a word for customers: user, member, CUSTOMERNAME."""
    words = name_words(name)
    if len(words) == 1 and words[0] in COUNTED_WHO:
        return False
    names = ("name", "names", "nombre", "nom", "nome")
    rest = [word for word in words if word not in names and word not in MARK]
    joined = "".join(words).removesuffix("name")
    return (bool(rest) and all(word in WHO for word in rest)) or joined in WHO


def may_be_id_name(name: str) -> bool:
    """Whether a name may be an id's and not a count's: Order No, but not Number of orders."""
    words = name_words(name)
    return (
        is_id_name(name)
        or names_customers(name)
        or (bool(words) and (words[-1] in LAST_MARK or _marked(words[-1])))
    )


def _marked(word: str) -> bool:
    return len(word) > 5 and word.endswith(
        ("nummer", "number", "code", "nr", "key", "번호", "番号")
    )


def is_about_orders(name: str) -> bool:
    """Whether a name is about orders, items or places, so that it names no customer."""
    return says(name, ORDER) or says(name, ITEM)


def is_code_name(name: str) -> bool:
    """Whether whole numbers under this name are codes: Region, customer_type, Pclass."""
    words = name_words(name)
    if not words or words[0] in COUNTED or words[-1] in AMOUNTS:
        return False
    ends = _KIND_ENDS.fullmatch(words[-1])
    return words[-1] in CODES or words[0] in CODES or bool(ends) or "".join(words) in CODES


def is_birth(name: str) -> bool:
    """Whether a column holds days or years of birth, by its name."""
    return says(name, BIRTH) or any(_BIRTH_ENDS.fullmatch(word) for word in name_words(name))


def is_day_name(name: str) -> bool:
    """Whether a name says that its whole numbers may be dates."""
    ends = ("date", "datum", "tag", "fecha", "日期", "日付")
    return (
        says(name, DAY)
        or is_birth(name)
        or any(word.endswith(ends) and word not in AMOUNTS for word in name_words(name))
    )


def is_amount_name(name: str) -> bool:
    """Whether a name is that of an amount, so that values without a gap count no rows."""
    return says(name, AMOUNTS)


def is_counter_name(name: str) -> bool:
    """Whether a name is that of row numbers, or is missing: Unnamed: 0, index, S.No."""
    words = name_words(name)
    while words and words[-1].isdigit():
        words.pop()
    joined = "".join(words)
    return not words or joined in COUNTERS or (words[0] == "column" and len(words) == 1)


def is_place_code(name: str) -> bool:
    """Whether a name is that of a zip code, in the languages of this module."""
    words = name_words(name)
    rest = [w for w in words if w not in ("code", "codes", "no", "number") and w not in WHO]
    if len(rest) == 1 and rest[0] in SHORT_POSTAL:
        return True
    pairs = {"".join(words[i : i + 2]) for i in range(len(words))}
    glued = any(word.endswith(("postcode", "zipcode", "postleitzahl", "plz")) for word in words)
    return not POSTAL.isdisjoint({*words, *pairs}) or glued


def is_phone(name: str) -> bool:
    """Whether a name is that of phone numbers; `phone service` and `mobile plan` are not."""
    words = name_words(name)
    rest = [w for w in words if w not in PHONE and w not in MARK and w not in WHO]
    rest = [w for w in rest if w not in ("home", "work", "contact", "de", "e")]
    return says(name, PHONE) and not rest


def is_coordinate(name: str) -> bool:
    """Whether a name is that of a latitude or a longitude."""
    words = name_words(name)
    return bool(words) and words[-1] in COORDINATES and (len(words) > 1 or words[0] != "long")


def is_stamp(name: str) -> bool:
    """Whether a name is that of the time at which a form was sent."""
    words = name_words(name)
    return bool(words) and (
        not STAMPS.isdisjoint(words)
        or "".join(words) in ("marcatemporal", "carimbodedatahora", "informazionicronologiche")
    )


def is_target(name: str) -> bool:
    """Whether a name is that of the target of a model: churn, response, exited, label."""
    words = name_words(name)
    return (
        not TARGETS.isdisjoint(words[-1:])
        or not TARGETS.isdisjoint(words[:1])
        or "".join(words) in TARGETS
        or name.lower() == "y"
    )
