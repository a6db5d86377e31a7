"""Builds the libFuzzer targets with clang and runs each for some seconds: `python tests/fuzz/run.py --seconds 20`.

Seeds are made here, never stored: files of a simulated race in both dialects where the package is installed, and the
small hand-written ones below. A target that finds something ends with status 1; the input stays in the folder shown.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CSRC = HERE.parents[1] / "csrc"
FORMATS = ["al_kamel_laps", "al_kamel_results", "al_kamel_class_results", "al_kamel_best_laps", "al_kamel_weather"]
FLAGS = ["-std=gnu11", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-sanitize-recover=undefined", "-I", str(CSRC)]
SANITIZERS = "-fsanitize=fuzzer,address,undefined"
A_THIRD_FIRST = 223 + 33 // 3  # as read.c reads its second byte
LAPS = """\
\ufeffNUMBER; DRIVER_NUMBER; LAP_NUMBER; LAP_TIME; LAP_IMPROVEMENT; CROSSING_FINISH_LINE_IN_PIT; S1; S2; S3; KPH; \
ELAPSED; HOUR;S1_LARGE;TOP_SPEED;DRIVER_NAME;PIT_TIME;CLASS;GROUP;TEAM;MANUFACTURER;FLAG_AT_FL;S1_SECONDS;FL_time;\
FL_elapsed;\r
007;1;1;1:52.044;0;;41.117;37.600;33.327;165.1;1:52.044;23:59:16.978;0:41.117;;Ann ONE;;GT3;;Blue;Make;GF;41.117;\
22.57;1:52.044;\r
007;1;2;1:46.531;2;B;38.428;35.564;32.539;183.1;3:38.575;00:01:03.509;0:38.428;293.5;"Ann ONE";;GT3;;Blue;Make;FCY;\
38.428;;;\r
3;1;1;2:52.044;0;;1:41.117;37.600;33.327;165.1;2:52.044;00:00:16.978;1:41.117;;Bo TWO;0:01:12.345;P2;P/A;Red;Make;FF;\
101.117;22.57;2:52.044;\r
"""
SEEDS = {
    "laps": LAPS,
    "laps_two_cars": LAPS + LAPS.split("\r\n")[1] + "\r\n" + LAPS.split("\r\n")[1].replace("165.1", "166.1"),
    "laps_comma": LAPS.replace(";", ",").replace("\r\n", "\n"),
    "wec_results": "POSITION;NUMBER;TEAM;DRIVER_1;DRIVER_2;VEHICLE;TYRES;CLASS;GROUP;DIVISION;STATUS;LAPS;TOTAL_TIME;"
    "GAP_FIRST;GAP_PREVIOUS;FL_LAPNUM;FL_TIME;FL_KPH;DRIVER_5;\n1;007;Blue;Ann ONE;;Car;M;GT3;;;Classified;2;"
    "0:03'38.575;;;2;1'46.531;183.1;;\n2;3;Red;Bo TWO;;Car;M;P2;;;Retired;1;2'52.044;1 Lap;-100 Laps;0;;;;\n",
    "imsa_results": "POSITION,NUMBER,STATUS,LAPS,TOTAL_TIME,GAP_FIRST,GAP_PREVIOUS,FL_LAPNUM,FL_TIME,FL_KPH,TEAM,CLASS,"
    "DRIVER1_FIRSTNAME,DRIVER1_SECONDNAME,DRIVER1_LICENSE,DRIVER1_HOMETOWN,DRIVER1_COUNTRY,DRIVER2_FIRSTNAME,\n"
    '1,007,Classified,2,3:38.575,-,-,2,1:46.531,183.1,Blue,GT3,Ann,ONE,Gold,"Town, Land",GBR,\n'
    "22.0,3,Not started,0,,+1:00.581,14 Laps,0,,,Red,P2,\n",
    "practice": "POS,NUMBER,LAP,TIME,GAP_FIRST,GAP_PREVIOUS,KPH, LAPS,TEAM,CLASS,\n1,3,5,1:29.580,-,-,219.9,6,Red,P2,\n"
    "2,4,0,,+4.983,,,0,Blue,P2,\n",
    "class_results": "CLASS_TYPE;POS;PIC;NUMBER;VEHICLE;LAPS;ELAPSED;GAP_FIRST;GAP_PREVIOUS;BEST_LAP_NUM;BEST_LAP_TIME;"
    "BEST_LAP_KPH\nAm;1;1;55;Car;26;46:41.553;;;7;1:39.748;141.7\nAm;2;2;2;Car;25;46:41.723;1 Laps;+1'10.170;4;;\n",
    "best_laps": "NUMBER;TEAM;VEHICLE;CLASS;FIRSTNAME;SECONDNAME;TOTAL_DRIVER_LAPS;BESTLAP_1;BESTLAP_1_LAPNUM;"
    "BESTLAP_2;BESTLAP_2_LAPNUM;AVERAGE;\r\n2;Red;Car;Am;Ann;ONE;26;1:40.305;4;1:40.324;9;1:40.486;\r\n",
    "weather": "TIME_UTC_SECONDS,TIME_UTC_STR,AIR_TEMP,TRACK_TEMP,HUMIDITY,PRESSURE,WIND_SPEED,WIND_DIRECTION,RAIN,\n"
    "1728749467,10/12/2024 4:11:07 PM,74.10002,80.00006,47,29.3701059182,3.9,263,-1,\n"
    "1728749527,12-Oct-24 16:12:07,74.2,80,48,984.5,0.6,290,0,\n",
}
TWINS = {  # a file, and another one of the same session
    "laps": (LAPS, LAPS.replace("1:46.531", "1:46.532").replace(";FL_elapsed", ";FL2_elapsed")),
    "laps_of_other_cars": (LAPS, LAPS.replace("1:52.044", "1:42.044").replace("1:46.531", "1:36.531")),
    "results": (SEEDS["wec_results"], SEEDS["wec_results"]),
}
WORDS = ["GF", "FCY", "SF", "RF", "FF", "Classified", "Laps",
         "\\x0d\\x0a", "\\xef\\xbb\\xbf", "\\xff\\xfe", "\\x22", ";;"]  # fmt: skip


def write_seeds(folder: Path) -> None:
    """Two bytes (no failing allocation, one source) and the file; or two files, of which the first is a third."""
    for name, text in SEEDS.items():
        (folder / name).write_bytes(b"\0\0" + text.encode())
    for name, pair in TWINS.items():
        first, second = (text.encode() for text in pair)
        padded = second + b"\n" * (2 * len(first) - len(second))
        (folder / f"twins_{name}").write_bytes(b"\0" + bytes([A_THIRD_FIRST]) + first + padded)
    (folder / "utf_16").write_bytes(b"\0\0" + LAPS.removeprefix("\ufeff").encode("utf-16"))
    try:
        import pyracing
    except ImportError:
        return
    with tempfile.TemporaryDirectory() as made:
        for dialect in ("wec", "imsa"):
            pyracing.simulate(seed=1, hours=0.2, cars=4).write(made, dialect=dialect)
        for number, path in enumerate(sorted(Path(made).rglob("*.*"))):
            if path.is_file():
                (folder / f"simulated_{number}").write_bytes(b"\0\0" + path.read_bytes()[:6000])


def build(folder: Path) -> list[Path]:
    """The core once, and a program a target."""
    sources = sorted(path for path in CSRC.rglob("*.c") if CSRC / "python" not in path.parents)
    objects = []
    for number, source in enumerate(sources):
        objects.append(folder / f"{number}_{source.stem}.o")
        command = ["clang", *FLAGS, SANITIZERS.replace("fuzzer,", "fuzzer-no-link,"), "-c", str(source), "-o"]
        subprocess.run([*command, str(objects[-1])], check=True)
    targets = {"read_any": ("read.c", []), "columns": ("columns.c", [])}
    targets |= {f"read_{format}": ("read.c", [f'-DFUZZ_FORMAT="{format}"']) for format in FORMATS}
    for name, (source, defines) in targets.items():
        command = ["clang", *FLAGS, "-Wall", "-Wextra", "-Werror", SANITIZERS, *defines, str(HERE / source)]
        subprocess.run([*command, *map(str, objects), "-lm", "-o", str(folder / name)], check=True)
    return [folder / name for name in targets]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--folder", type=Path, help="where programs, seeds and findings go and stay")
    options = parser.parse_args()
    if shutil.which("clang") is None:
        print("the fuzz targets need clang and its runtime libraries", file=sys.stderr)
        return 1
    folder = options.folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    seeds = folder / "seeds"
    seeds.mkdir(exist_ok=True)
    write_seeds(seeds)
    (folder / "words").write_text("".join(f'"{word}"\n' for word in WORDS))
    failed = []
    for target in build(folder):
        corpus = folder / f"corpus_{target.name}"
        corpus.mkdir(exist_ok=True)
        arguments = [
            f"-max_total_time={options.seconds}", "-max_len=8192", "-timeout=20", "-verbosity=0",
            "-print_final_stats=1", f"-dict={folder / 'words'}", f"-artifact_prefix={folder / target.name}-",
        ]  # fmt: skip
        print(f"{target.name}: {options.seconds} s", flush=True)
        done = subprocess.run([str(target), *arguments, str(corpus), str(seeds)], capture_output=True, text=True)
        executed = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print("   ", *executed)
        if done.returncode != 0:
            failed.append(target.name)
            print(done.stderr[-8000:], file=sys.stderr)
    if failed:
        print(f"found something: {', '.join(failed)}; inputs are in {folder}", file=sys.stderr)
    elif options.folder is None:
        shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
