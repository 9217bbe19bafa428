"""Measure how fast the reader reads, in processor time, on ordinary prose and on text dense with claims.

usage: python benchmarks/reader_speed.py [--size BYTES] [--hostile]

The texts are made of the development texts, every number drawn anew and the paragraphs in random order, so that no
paragraph comes twice and nothing is read from memory. Dense text is these paragraphs alone; ordinary prose has four
paragraphs of a story without claims to each of them. A long text is read by as many processes as there are processors:
their processor time is counted together. Processor seconds depend on the machine and on what else it does:
each run also times a loop of ten million additions, and states the rate in bytes per loop. `--hostile` times a sentence
of 60,000 words, 1,000 nested quotes and ten megabytes, with the memory they took.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

from corridor.reports.text import read_text
from corridor.reports.text.paragraph import read_paragraph

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "reports" / "text" / "corpus"
# Pieces of a story: who, does what, where; any three make a sentence.
STORY = {
    "en": (
        (
            "The old baker|A cousin of the mayor|The schoolmistress|Her youngest daughter|The postman of the valley"
            "|An engineer with a cardboard folder|The owner of the only café|A boy in a red pullover|Their neighbour"
        ),
        (
            "remembers the smell of the orange trees|has kept the keys of the house|folds a letter and unfolds it again"
            "|talks about the harvest and the price of olives|draws the street as it used to be"
            "|hums a song of the coast"
            "|smiles and shrugs|pours tea into small glasses|looks for a photograph in a drawer"
        ),
        (
            "under the vaulted roof of the market|beside a window that no longer closes|while the radio plays softly"
            "|as the light fades over the hills|in the shade of a fig tree|with the patience of those who have time"
            "|far from the noise of the square|and says nothing more|as if it were a Sunday"
        ),
    ),
    "fr": (
        (
            "Le vieux boulanger|Une cousine du notaire|La maîtresse d'école|Sa plus jeune fille|Le facteur de la vallée"
            "|Un ingénieur à la chemise froissée|La patronne du seul café|Un garçon en pull rouge|Leur voisin"
        ),
        (
            "se souvient de l'odeur des orangers|a gardé les clés de la maison|plie une lettre et la déplie encore"
            "|parle de la récolte et du prix des olives|dessine la rue telle qu'elle était"
            "|fredonne une chanson de la côte"
            "|sourit et hausse les épaules|verse le thé dans de petits verres|cherche une photographie dans un tiroir"
        ),
        (
            "sous la voûte du marché couvert|près d'une fenêtre qui ne ferme plus|tandis que la musique joue doucement"
            "|quand la lumière baisse sur les collines|à l'ombre d'un figuier|avec la patience de ceux qui ont le temps"
            "|loin du bruit de la place|et ne dit rien de plus|comme si c'était dimanche"
        ),
    ),
    "ar": (
        (
            "الخباز العجوز|ابنة عم الكاتب|معلمة المدرسة|ابنتها الصغرى|ساعي البريد|مهندس بقميص مجعد"
            "|صاحبة المقهى الوحيد"
            "|صبي بسترة حمراء|جارهم"
        ),
        (
            "يتذكر رائحة البرتقال|احتفظ بمفاتيح البيت|يطوي رسالة ثم يفتحها|يتحدث عن الموسم وسعر الزيتون"
            "|يرسم الشارع كما كان"
            "|يدندن أغنية من الساحل|يبتسم ويهز كتفيه|يصب الشاي في أكواب صغيرة|يبحث عن صورة قديمة"
        ),
        (
            "تحت سقف السوق القديم|قرب نافذة مكسورة|والموسيقى تعزف بهدوء|حين يخفت الضوء فوق التلال|في ظل شجرة التين"
            "|بصبر من يملك الوقت|بعيدا عن ضجيج الساحة|ثم يصمت|كأنه يوم عيد"
        ),
    ),
}


def paragraphs(lang: str) -> list[str]:
    """Return the paragraphs of the development texts of a language that are worth reading."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((CORPUS / lang).glob("*.txt")))
    return [line for text in texts for line in text.split("\n") if len(line) > 60]


def dense(lang: str, size: int, rng: random.Random) -> str:
    """Return about `size` bytes of paragraphs full of claims, none twice."""
    return _made(size, lambda: _drawn_anew(rng.choice(kept), rng)) if (kept := paragraphs(lang)) else ""


def ordinary(lang: str, size: int, rng: random.Random) -> str:
    """Return about `size` bytes of prose: four paragraphs of a story to each paragraph with claims."""
    kept = paragraphs(lang)
    return _made(size, lambda: _story(lang, rng) if rng.random() < 0.8 else _drawn_anew(rng.choice(kept), rng))


def _made(size: int, make) -> str:
    parts, length = [], 0
    while length < size:
        parts.append(make())
        length += len(parts[-1].encode()) + 2
    return "\n\n".join(parts) + "\n"


def _drawn_anew(paragraph: str, rng: random.Random) -> str:
    return re.sub(r"\d+", lambda m: str(rng.randint(10 ** (len(m[0]) - 1), 10 ** len(m[0]) - 1)), paragraph)


def _story(lang: str, rng: random.Random) -> str:
    stop = "، " if lang == "ar" else ", "
    sentences = []
    for _ in range(rng.randint(3, 5)):
        who, does, where = (rng.choice(part.split("|")) for part in STORY[lang])
        sentences.append(f"{who} {does}{stop}{where}.")
    return " ".join(sentences)


def loop_seconds() -> float:
    """Return the processor seconds of ten million additions, to tell a busy machine from a slow reader."""
    start, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - start


class Rate(NamedTuple):
    """How fast a text was read: megabytes a processor second (of all processes), a second, and a loop; the claims."""

    processor: float
    wall: float
    steady: float
    found: int


def processor_seconds() -> float:
    """Return the processor time that this process and those it waited for have used."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def rate(text: str) -> Rate:
    """Return how fast a text is read, with nothing of it kept from before."""
    read_paragraph.cache_clear()
    loop = loop_seconds()
    start, begun = processor_seconds(), time.perf_counter()
    found = len(read_text(text))
    wall, took = time.perf_counter() - begun, processor_seconds() - start
    loop = (loop + loop_seconds()) / 2
    size = len(text.encode()) / 1e6
    return Rate(size / took, size / wall, size / (took / loop), found)


def hostile() -> None:
    words = " ".join(f"the convoy of {n % 90} buses left with {n} people" for n in range(7_500))
    nested = "“he said " * 1_000 + "20 buses left the town" + "”" * 1_000
    many = dense("fr", 10_000_000, random.Random(3))
    for name, text in (("60,000 words", words), ("1,000 nested quotes", nested), ("10 MB", many)):
        start, begun = processor_seconds(), time.perf_counter()
        found = len(read_text(text))
        took, wall = processor_seconds() - start, time.perf_counter() - begun
        own, each = (
            resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        print(
            f"{name}: {took:.1f} processor seconds, {wall:.1f} s, {found} claims, at most {own:.0f} MB in memory"
            f" and {each:.0f} MB in each process that helped"
        )


def main(argv: list[str]) -> int:
    if "--hostile" in argv:
        hostile()
        return 0
    size = int(argv[argv.index("--size") + 1]) if "--size" in argv else 500_000
    for lang in STORY:
        for name, make in (("ordinary", ordinary), ("dense", dense)):
            text = make(lang, size, random.Random(1))
            seen = rate(text)
            print(
                f"{lang} {name:8} {seen.processor:.2f} MB per processor second, {seen.wall:.2f} MB a second, "
                f"{seen.steady:.2f} MB per ten million additions, "
                f"a claim in {len(text.encode()) / max(seen.found, 1):.0f} bytes"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
