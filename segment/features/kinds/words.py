"""Words of names: what columns are called, in English, German, French, Spanish, Portuguese and
Italian, and the commonest names in other languages; without accents, in lower case."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WHO = _words(
    "customer customers cust client clients clnt member members user users subscriber "
    "subscribers account acct accounts household buyer shopper patient guest passenger employee "
    "person consumer donor contact cardholder policyholder respondent participant applicant "
    "borrower kunde kunden mitglied nutzer benutzer teilnehmer mitarbeiter konto cliente "
    "clientes usuario socio miembro abonado comprador empleado utilisateur abonne adherent "
    "membre acheteur compte utente membro assinante conta musteri klient klienta klantnummer "
    "klant klienten клиент клиента пользователь покупатель 고객 회원 会员 会員 顧客 客户 客戶 "
    "العميل عميل customername clientname kd insured viewer visitor lead tenant student insuree "
    "beneficiary mandant mandanten versicherte versicherter versicherten gast abonnent assure "
    "assuree locataire asegurado afiliado titular socia associado segurado aluno clienti "
    "clientela abbonato socios klantnr lid leden gebruiker relatie kund kunder medlem medlemmar "
    "medlemmer bruger bruker anvandare asiakas jasen kayttaja klientow uzytkownik uzytkownika "
    "czlonek kontrahent kontrahenta zakaznik zakaznika uzivatel uzivatele clen clena ugyfel vevo "
    "felhasznalo clientului utilizator uye kullanici abone khach pelanggan nasabah anggota "
    "cli debitor debitoren player tessera "
    "πελατης πελατη πελατων μελος χρηστης χρηστη абонент абонента пользователя покупателя "
    "контрагент контрагента клієнт клієнта לקוח הלקוח משתמש חבר المستخدم مستخدم زبون الزبون "
    "المشترك مشترك"
)
COUNTED_WHO = _words("customers clients members users subscribers accounts kunden clientes")
MARK = _words(
    "id ids no nr num nbr number key code nummer numero nro n° nº kennung schlussel kennziffer "
    "identifiant identificador identificacion identificativo codigo codice clave chave matricule "
    "matricola ref reference uuid guid hash uid номер код id번호 번호 号 番号 编号 编码 卡号 رقم "
    "معرف cislo numara numarasi kodu kod szam szama azonosito cod nomor kode identyfikator "
    "identifikator tunnus tunniste kennnummer ma κωδικος αριθμος идентификатор מספר קוד מזהה كود "
    "الرقم رمز"
)
ID = _words(
    "id ids uuid guid identifiant identificador ident ид айди cid uid pid identyfikator "
    "identifikator azonosito tunniste kimlik идентификатор מזהה ssn dni cpf cnpj nif rut curp "
    "cedula caseid playerid codicefiscale partitaiva pesel bsn iban инн снилс"
)
LAST_MARK = _words(
    "matricule matricula no nr nbr num number key code nummer numero nro номер ref reference kod "
    "رقم 番号 kode cislo numara numarasi kodu szam azonosito αριθμος κωδικος"
)
ORDER = _words(
    "row order orders invoice transaction trans txn bill receipt purchase sale basket cart line "
    "ticket booking session visit event log bestellung auftrag rechnung bon beleg zeile commande "
    "facture pedido factura recibo fatura ordine fattura scontrino orderno invoiceno bestell "
    "bestellnr bestellnummer auftragsnr auftragsnummer rechnungsnr rechnungsnummer belegnr "
    "belegnummer ordernr ordernummer ordernumber invoicenumber billno transid transactionid "
    "txnid zamowienie zamowienia faktura faktury objednavka objednavky rendeles siparis tilaus "
    "bestilling заказ заказа 订单 订单号 주문 주문번호 注文 注文番号 الطلب"
)
ITEM = _words(
    "item product products sku article stockcode asin isbn good artikel produkt produit producto "
    "articulo produto prodotto articolo description"
)
PLACE_OR_KIND = _words(
    "qtr quarter region regional channel type types typ purpose status class klasse klass "
    "category kategorie cat group gruppe segment cluster code plan branch store shop warehouse "
    "city country state area zone district province territory occupation profession job sector "
    "industry department dept gender sex race ethnicity religion marital relationship education "
    "language currency device os browser source medium campaign brand model color colour payment "
    "method tier level product contract workclass housing filiale kanal art beruf land stadt "
    "geschlecht familienstand canal categorie categoria genre sexe pays ville metier estado "
    "situation tipo clase clasificacion sexo genero pais ciudad cidade ocupacion profissao "
    "regiao sesso citta paese canale regione stato classe grade"
)
CODES = _words(
    "region channel type typ purpose status class klasse category kategorie group gruppe segment "
    "cluster code plan branch store shop zone district territory occupation profession sector "
    "industry department dept gender sex race ethnicity religion marital relationship language "
    "currency device os browser source medium campaign brand payment method contract workclass "
    "housing filiale kanal beruf geschlecht familienstand canal categorie categoria sexe pays "
    "tipo clase sexo genero pais ocupacion profissao regiao sesso canale regione classe country "
    "city state pclass embarked qtr gen tipologia sparte branche anrede land bundesland division "
    "mode flag variant cohort 性别 性別 성별 地区 地域 类型 категория тип пол регион sehir "
    "cinsiyet departement departamento dipartimento provincia provincie provincias wojewodztwo "
    "lan kommun kommune gemeinde okres obec segmento tarif tarifa stadt ort ciudad cidade citta "
    "miasto mesto varos πολη город sucursal agence agencia agenzia genere zona tariff origin"
)
LAST_CODES = _words("product produkt produit producto produto prodotto job bank")
COUNTED = _words(
    "n num number count total sum avg mean average days months years age amount anzahl nb nombre "
    "numero cantidad quantidade numberof nr times freq frequency spend spent sales revenue ratio "
    "rate share pct percent"
)
AMOUNTS = _words(
    "age alter edad idade eta recency frequency monetary tenure rank ranking year years month "
    "months week weeks day days hour hours jahr jahre monat ano anos annee mois mes meses anno "
    "mese score points punkte visits visit orders count amount sum total income salary spend "
    "spending spent revenue sales quantity qty price cost balance size length width height "
    "weight rating tage stunden umsatz einkommen gehalt renta ingresos ingreso gasto antiguedad "
    "puntos revenu salaire depense montant anciennete renda pontos valor reddito spesa punti "
    "rang rango posizione position minutes duration distance limit loan debt 나이 年龄 年齢 yas "
    "возраст العمر seniority limite besuche visitas visites wiek vek eletkor alder ηλικια ika "
    "גיל usia umur tuoi leeftijd varsta вік"
)
POSTAL = _words(
    "zipcode zips postal postcode postcodes plz postleitzahl pincode codepostal codigopostal "
    "codpostal postnummer postnr eircode 郵便番号 邮编 邮政编码 우편번호 индекс kodpocztowy "
    "pocztowy postinumero postikoodi postakodu codicepostale codigopostale postalcode kodepos "
    "psc iranyitoszam почтовыйиндекс поштовийіндекс מיקוד ταχυδρομικοςκωδικας الرمزالبريدي"
)
SHORT_POSTAL = _words("cep cap pin cp zip")  # words that other names have too
LAST_POSTAL = _words("cep zip")  # the last word of a name, such as Billing Zip
PHONE = _words(
    "phone telephone tel mobile cell cellphone phonenumber mobilephone msisdn fax whatsapp "
    "telefon handy mobil telefonnummer handynummer rufnummer telefono movil celular portable "
    "telefone telemovel cellulare telefonino 电话 手机 手机号 電話 電話番号 전화 전화번호 "
    "телефон هاتف telefonnr telefonu telefonszam puhelin puhelinnumero τηλεφωνο κινητο טלפון "
    "телефона mobilnummer mobiltelefon mobilnr gsm komorka handphone dienthoai fone phoneno "
    "telno cellno mobileno 휴대폰 휴대전화 핸드폰 연락처 携帯 携帯電話 手機 联系电话"
)
MAIL = _words("email mail emailaddress emailadresse courriel correo e-mail mailadresse")
COORDINATES = _words(
    "latitude longitude lat lon lng long breitengrad langengrad latitud longitud latitudine "
    "longitudine xcoord ycoord coordx coordy xcoordinate ycoordinate широта долгота enlem boylam "
    "纬度 经度 緯度 経度 위도 경도"
)
STAMPS = _words(
    "timestamp zeitstempel horodateur horodatage submitted submission completed responded "
    "recordeddate"
)
BIRTH = _words(
    "birth born dob yob birthday birthdate birthyear geburt geburtsdatum geburtstag geburtsjahr "
    "gebdatum naissance nacimiento nascimento nascita dateofbirth bdate 생년월일 出生日期 "
    "生年月日 рождения doğum dogum ddn fechanacimiento datanascimento urodzenia narozeni "
    "szuletesi szuletes fodelsedatum fodelsedag fodt syntymaaika geboortedatum geboren "
    "geboortejaar γεννησης nasterii nascido לידה gebdat geb naissances nasc nac"
)
DAY = _words(
    "date dates day datum tag fecha data dt dob since until timestamp jour dia giorno datetime "
    "joined signup registered birthday birthdate beginn start end kundeseit letzterkauf tarih "
    "дата 日期 日付 날짜 تاريخ created updated lastpurchase orderdate invoicedate seit sedan "
    "sinds dato pvm tarihi ημερομηνια תאריך ngay tanggal tgl enrolled onboarded"
)
AGES = _words(
    "age ages alter edad idade eta yas возраст 나이 年龄 年齢 العمر wiek vek eletkor ηλικια ika "
    "גיל usia umur tuoi leeftijd varsta вік السن"
)
TARGETS = _words(
    "default churn churned churner response responded exited label target attrition defaulted "
    "subscribed converted conversion attritionflag loanstatus outcome abandono desercion evasao "
    "kundigung gekundigt abwanderung resiliation resilie abbandono opzegging rezygnacja отток"
)
MONEY = _words(
    "amount price total sales revenue value spend cost paid payment quantity qty umsatz betrag "
    "preis menge montant prix quantite importe precio cantidad valor preco quantidade importo "
    "prezzo quantita unitprice linetotal dollars amt turnover profit gasto gastos belopp bedrag "
    "besteed uitgaven wydatki kwota utrata castka osszeg tutar harcama ποσο δαπανη сумма 金额 "
    "消费金额 金額 購入金額 금액 구매금액 montante spesa depense depenses"
)
COUNTERS = _words(
    "unnamed index rownames row rownum rownumber rowid rowno rn sno slno srno sl sr lfd lfdnr "
    "serial obs observation record recno x idx lp poradi sira sirano sorszam nrcrt ordinal "
    "laufendenummer laufendenr"
)
WHICH_PHONE = _words(
    "home work contact office business private primary secondary main other landline fixed de e "
    "du fixe domicile bureau pro fijo casa trabajo fixo residencial comercial fisso privat "
    "geschaftlich festnetz buro vast dom 1 2 3"
)
