"""Words for a missing cell: those that mean it everywhere, and those that mean it among numbers."""

from __future__ import annotations

EVERYWHERE = frozenset(
    {
        *("", "?", "??", "-", "--", "---", "–", "—", ".", "..", "…"),
        *(
            "na",
            "n/a",
            "n.a.",
            "n.a",
            "n. a.",
            "#n/a",
            "#na",
            "<na>",
            "nan",
            "nat",
            "null",
            "(null)",
        ),
        *("$null$", r"\n", "(blank)", "(leer)", "(en blanco)", "(vide)", "(em branco)", "(vuoto)"),
        *("#div/0!", "#value!", "#ref!", "#name?", "#null!", "#num!", "#wert!", "#bezug!", "#nv"),
    }
)
AMONG_NUMBERS = frozenset(
    {
        *("unknown", "none", "nil", "missing", "undefined", "unspecified", "blank", "empty"),
        *("not available", "not applicable", "not known", "no data", "no answer", "not given"),
        *("not specified", "not provided", "not stated", "refused", "refuse", "don't know", "dk"),
        *("prefer not to say", "rather not say", "tbd", "tba", "x", "n/k", "nd", "n.d.", "n/d"),
        *("unbekannt", "keine angabe", "k.a.", "k. a.", "ka", "fehlt", "ohne", "keine"),
        *("inconnu", "inconnue", "non renseigné", "non communiqué", "n.c.", "nc", "aucun", "vide"),
        *("desconocido", "sin dato", "sin datos", "s/d", "s.d.", "ninguno", "no disponible"),
        *("desconhecido", "sem dados", "não informado", "nenhum", "não disponível"),
        *("sconosciuto", "non disponibile", "nessuno", "non noto", "nieznany", "brak", "onbekend"),
        *(
            "bilinmiyor",
            "неизвестно",
            "нет данных",
            "нет",
            "未知",
            "不明",
            "なし",
            "없음",
            "미상",
            "غير معروف",
        ),
    }
)
