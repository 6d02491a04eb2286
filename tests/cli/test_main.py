import subprocess
import sys

import pytest

from kowairo.core import InputError, KowairoError


def test_help_lists_the_commands(run):
    status, out, _ = run("--help")
    assert status == 0
    assert "kowairo corpus import" in out
    assert "kowairo report" in out


def test_help_of_a_group_lists_its_commands_only(run):
    status, out, _ = run("corpus", "--help")
    assert status == 0
    assert "kowairo corpus import" in out
    assert "kowairo embed" not in out


def test_version_is_printed(run):
    status, out, _ = run("--version")
    assert (status, out.split()[0]) == (0, "kowairo")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "no command 'nonsense'"),
        (["--nonsense"], "no command '--nonsense'"),
        (["corpus"], "corpus needs one more word: synthesize, import"),
        (["corpus", "nonsense"], "no command 'corpus nonsense'"),
        (["corpus", "stats", "--nonsense", "1"], "--nonsense"),
        (["corpus", "stats"], "required: corpus"),
        (["corpus", "stats", "--corpus", "/no/such/folder"], "/no/such/folder: no such folder"),
        (["corpus", "split", "--corpus", "x", "--out", "y", "--seed", "one"], "seed"),
        (["corpus", "import", "--source", "/none", "--out", "y"], "/none: no such file or folder"),
        (["corpus", "import", "--source", "/", "--out", "y", "--layout", "odd"], "layout"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(run, arguments, message):
    status, out, errors = run(*arguments)
    assert (status, out, len(errors)) == (2, "", 1)
    assert message in errors[0]


def test_an_output_below_a_file_is_refused_before_the_work(run, corpus, tmp_path):
    (tmp_path / "file").touch()
    status, _, errors = run("corpus", "split", "--corpus", corpus, "--out", tmp_path / "file" / "split")
    assert status == 2
    assert "cannot be written" in errors[0]


@pytest.mark.parametrize(
    ("error", "status"), [(InputError("bad"), 2), (KowairoError("bad"), 1), (OSError("bad"), 2)]
)
def test_the_exit_status_tells_wrong_input_from_failed_work(run, monkeypatch, corpus, error, status):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("kowairo.cli.corpus.Corpus.read", fail)
    assert run("corpus", "stats", "--corpus", corpus) == (status, "", ["kowairo: bad"])


def test_debug_shows_where_an_error_comes_from(run):
    with pytest.raises(InputError):
        run("corpus", "stats", "--corpus", "/no/such/folder", "--debug")


def test_several_commands_run_in_one_process_until_one_fails(run, corpus):
    stats = ["corpus", "stats", "--corpus"]
    status, out, errors = run(*stats, corpus, "--then", *stats, "/none", "--then", *stats, corpus)
    assert (status, errors) == (2, ["kowairo: /none: no such folder"])
    assert out.count("speakers") == 1


def test_a_configuration_file_gives_options(run, corpus, tmp_path):
    (tmp_path / "stats.yaml").write_text(f"corpus: {corpus}\n")
    status, out, _ = run("corpus", "stats", "--config", tmp_path / "stats.yaml")
    assert status == 0
    assert "24" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        *(
            "",
            "corpus",
            "corpus stats",
            "trials import",
            "score",
            "normalize",
            "calibrate",
            "metrics",
            "compare",
        ),
        *("metrics identification", "plot det", "plot tippett", "backend fit", "evaluate", "report"),
    ],
)
def test_light_commands_import_no_torch(command):
    code = (
        "import sys\nfrom kowairo.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\nsys.exit('torch' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, *command.split(), "--help"], check=False).returncode == 0
    )


@pytest.mark.slow
def test_a_mistake_in_the_code_is_one_line_without_debug():
    code = (
        "import sys\nfrom kowairo.cli import corpus, main\n"
        "corpus.Corpus = None\nsys.exit(main.main(['corpus', 'stats', '--corpus', '.']))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("kowairo: internal error, AttributeError")
    assert len(result.stderr.splitlines()) == 1
