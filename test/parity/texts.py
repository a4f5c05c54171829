# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Texts of our own for the golden files: the same for the same seed, on any version of Python."""

import random

SUBJECTS = """the operator|a tired engineer|our search service|the old library|every new document|a small model
the night train|her grandmother|the city council|a flock of starlings|the encoder|an honest witness
the river below the mill|this recipe|the second amendment|a quantum state|the patient in room nine
the football club|a lighthouse keeper|the compiler|each invoice|the orchestra|a swarm of bees
the museum's oldest map|an electric bus|the landlord|a vaccine trial|the comet|my neighbour's cat""".replace("\n", "|").split("|")
VERBS = """restarts|ranks|remembers|quietly measures|ignores|explains|carries|translates|has never seen|repairs
compares|follows|publishes|almost loses|promises|records|doubts|outlives|rebuilds|answers""".replace("\n", "|").split("|")
OBJECTS = """three replicas at once|the longest passage|a letter from 1912|the price of copper|a bowl of lentil soup
the failing node|two thousand short queries|the density matrix|a bridge across the valley|the wrong answer
its own footprints|a contract nobody read|the migration of swallows|an index of 4.2 million pages
the smell of rain|a vector of 384 numbers|the interest rate|a violin without strings|the boundary of the parish
an unsigned certificate|what the children said|a map of the moon|the budget for next year|salt, butter and flour""".replace("\n", "|").split("|")
TAILS = """before the deadline|without any warning|while the kettle boils|in less than 500 ms|for reasons unknown
and then asks again|although nobody is watching|as the manual says|at a quarter past nine|under heavy load
because the cache was cold|somewhere near the coast|with surprising care|on a Tuesday in March|until the lights go out""".replace("\n", "|").split("|")

HAND = [
    "Crème brûlée à la carte, déjà vu, naïve façade, coöperate.",
    "ÅNGSTRÖM, İstanbul, ıssız, ŞIŞLI, Straße, GROẞ, Łódź, Đakovo.",
    "机器学习模型可以对文档重新排序。",
    "日本語のテキストとEnglishが混ざった文です。カタカナ、ﾊﾝｶｸ。",
    "한국어 문장은 음절로 되어 있습니다. 각 글자는 자모로 나뉩니다.",
    "Привет, мир! Ёжик живёт в лесу, а Йод — на полке.",
    "مرحبا بالعالم، كيف حالك اليوم؟",
    "שלום עולם, מה שלומך?",
    "नमस्ते दुनिया, आप कैसे हैं?",
    "สวัสดีชาวโลก ไม่มีช่องว่างระหว่างคำ",
    "Σίσυφος ΣΑΣ και το ζήτημα της τελικής μορφής.",
    "😀 👩‍👩‍👧‍👦 🇫🇷 👍🏽 emoji with joiners and flags 🏴󠁧󠁢󠁳󠁣󠁴󠁿!",
    "func Encode(dst []int32, text string) (ids []int32, err error) { return dst[:0], nil }",
    "SELECT name, COUNT(*) FROM documents WHERE score >= 0.75 GROUP BY name ORDER BY 2 DESC;",
    "for (int i = 0; i < n; i++) { sum += a[i] * b[i]; } /* dot product */",
    "https://example.invalid/search?q=re-rank&top_k=10#results and mailto:someone@example.invalid",
    "def cosine(a, b):\n    return (a @ b) / (norm(a) * norm(b))\n",
    "tab\tnew\nline\rreturn, zero\u200bwidth, joiner\u200d, bom\ufeff, nbsp\u00a0, ideographic\u3000space",
    "don't can't it's we'll they've I'd o'clock rock'n'roll",
    "“smart” ‘quotes’ — dash … ¿qué? ¡olé! «guillemets» ‹single›",
    "$100 €50 £3 ¥7 ₹9 50% ½ ² ™ © ® § ¶ † ‡ ^ ` ~ | < = > +",
    "1,234,567.89 10^-9 3.14159 0xDEADBEEF 2026-11-23T10:30:00Z +49 (0)30 901820",
    "x\u0301\u0302y e\u0301tude versus étude, \u1e9b\u0323, ﬁ ligature, Ⅷ, 𝓗𝓮𝓵𝓵𝓸, Ｆｕｌｌｗｉｄｔｈ",
    "_under_score_ -dash- --flag ##ing un##able #hashtag @mention C++ C# .NET",
    "pneumonoultramicroscopicsilicovolcanoconiosis and antidisestablishmentarianism",
    "a" * 100 + " " + "b" * 101,
    "unassigned \u0378, private \ue000\uf8ff, noncharacter \ufdd0, replacement \ufffd",
    "RIGHT\u202eOVERRIDE\u202c and arabic mark \u061c and soft\u00adhyphen",
    "?", "a", "The", "...", "42", "no", "ok then",
]


def rng(seed):
    return random.Random(seed)


def sentence(r):
    s = f"{r.choice(SUBJECTS)} {r.choice(VERBS)} {r.choice(OBJECTS)} {r.choice(TAILS)}"
    kind = r.randrange(6)
    if kind == 0:
        return s[0].upper() + s[1:] + "?"
    if kind == 1:
        return s[0].upper() + s[1:] + "; " + r.choice(TAILS) + "."
    if kind == 2:
        return f"When {s}, {r.choice(SUBJECTS)} {r.choice(VERBS)} {r.choice(OBJECTS)}."
    return s[0].upper() + s[1:] + "."


def passage(r, sentences):
    return " ".join(sentence(r) for _ in range(sentences))


def varied(seed, count):
    """The hand-made texts, then generated ones of 1 to 40 sentences, most of them short."""
    r = rng(seed)
    out = list(HAND[:count])
    while len(out) < count:
        n = r.choice([1, 1, 1, 1, 2, 2, 3, 4, 6, 9, 14, 40])
        p = passage(r, n)
        if r.randrange(8) == 0:
            p = p + " " + r.choice(HAND)
        out.append(p)
    return out
