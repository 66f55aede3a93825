"""Encodings are guessed from the bytes, and the guess is reported."""

from __future__ import annotations

import pytest

from segment.errors import SegmentError
from segment.tables.text.encoding import decode, to_utf8

TEXTS = {
    "cp949": "고객번호,성별,나이\nK1,남자,33\nK2,여자,41\n",
    "gbk": "会员卡号,性别,年龄\nK1,男,33\nK2,女,41\n",
    "cp932": "会員番号,性別,年齢\nK1,男,33\nK2,女,41\n",
    "euc_jp": "会員番号,性別,年齢\nK1,男,33\nK2,女,41\n",
    "big5": "客戶編號,性別,年齡\nK1,男,33\nK2,女,41\n",
    "cp1250": "miasto,dochód\nŁódź,1\nGdańsk,2\nPoznań,3\n",
    "cp1251": "клиент,город\n1,Москва\n2,Казань\n",
    "koi8_r": "клиент,город\n1,Москва\n2,Казань\n",
    "cp1252": "prénom,ville,€\nAndré,Besançon,3\nZoé,Orléans,4\n",
    "latin-1": "Käufer,Stadt\n1,Köln\n2,Düsseldorf\n",
    "cp1253": "πόλη,έσοδα\nΑθήνα,1\nΠάτρα,2\n",
    "cp1254": "müşteri_no,şehir\n1,İstanbul\n2,Iğdır\n",
    "cp874": "รหัสลูกค้า,จังหวัด\n1,กรุงเทพ\n2,เชียงใหม่\n",
    "cp1256": "رقم العميل,المدينة\n1,القاهرة\n2,دبي\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("n_rows", [1, 40])
def test_code_pages_are_guessed_and_said(encoding, n_rows):
    head, *rows = TEXTS[encoding].splitlines(keepends=True)
    text = head + "".join(rows) * n_rows
    found, sentences = decode(text.encode(encoding), "t.csv")
    assert found == text
    assert "because line" in sentences[0] and "--encoding overrides" in sentences[0]
    assert to_utf8(text.encode(encoding), "t.csv") == (text.encode(), sentences)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised(encoding):
    text = "ID,Stadt\n" + "".join(f"{i},Köln\n" for i in range(50))
    found, sentences = decode(text.encode(encoding), "t.csv")
    assert found == text
    assert (sentences == []) == (encoding == "utf-8")


def test_what_is_no_text_is_refused():
    with pytest.raises(SegmentError, match="neither text nor another known format"):
        decode(b"\x00\x01\x02\x03abc", "t.csv")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1255", "מספר לקוח,עיר,גיל\n1,חיפה,33\n2,אילת,41\n3,רמת גן,38\n"),
        ("cp1255", "שם,מין\nדן,זכר\nרון,זכר\nמרים,נקבה\n"),
        ("cp1251", "имя,город\nанна,москва\nпётр,казань\n"),
        ("cp1251", "номер,пол\n1,муж\n2,жен\n3,муж\n"),
        ("cp1253", "πελάτης,πόλη\n1,πάτρα\n2,κέρκυρα\n"),
    ],
)
def test_short_words_of_small_letters(encoding, text):
    """Hebrew, Cyrillic and Greek small letters have the same bytes in their code pages."""
    assert decode(text.encode(encoding), "t.csv")[0] == text
