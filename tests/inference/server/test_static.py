"""The page in a real browser, by keyboard alone."""

import shutil
import threading

import numpy as np
import pytest
import soundfile

from kowairo.inference.server import Access, create_app, open_socket, run_server, url_of
from kowairo.testing.tones import tone_voice

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 120_000
FOCUSED = """() => {
    const one = document.activeElement;
    return (one.getAttribute("aria-label") || one.textContent || one.id).trim();
}"""

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture
def address(service, limits):
    """A running server; it ends with the process, for outside the main thread it hears no signal."""
    app = create_app(service, access=Access("127.0.0.1"), limits=limits)
    bound = open_socket("127.0.0.1", 0)
    threading.Thread(target=run_server, args=(app, bound), kwargs={"concurrent": 8}, daemon=True).start()
    return url_of(bound, token=None)


@pytest.fixture
def browser(tmp_path):
    """Debian's Chromium with a microphone that hears a tone voice."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt install chromium")
    voice = tone_voice(1, 4.0, np.random.default_rng(5))
    soundfile.write(tmp_path / "microphone.wav", voice, 16000)
    arguments = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'microphone.wav'}",
    ]
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser, address):
    """The page, watched: what it asks of others and what goes wrong in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.wrong = []
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and opened.wrong.append(message.text))
    here = (address, "blob:", "data:")
    opened.on("request", lambda asked: asked.url.startswith(here) or opened.wrong.append(asked.url))
    # One listener for good: Chromium loses a chooser that is asked for while listening begins or ends.
    opened.wanted = []
    opened.on("filechooser", lambda chooser: chooser.set_files(opened.wanted))
    opened.goto(address)
    opened.wait_for_selector("#about:not(:empty)")
    yield opened
    assert opened.wrong == []
    context.close()


@pytest.fixture
def recordings(tmp_path, wav):
    """Files of two voices under Japanese names."""
    made = {}
    for name, voice, seed in (("日向 一", 1, 1), ("日向 二", 1, 2), ("桜", 2, 1)):
        made[name] = tmp_path / f"{name}.wav"
        made[name].write_bytes(wav(voice, seed=seed))
    return made


def tab_to(page, name, *, most=80):
    """Press Tab until something of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


def press(page, name, key="Enter"):
    tab_to(page, name)
    page.keyboard.press(key)


def choose(page, button, *files):
    page.wanted = list(files)
    press(page, button)


def fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_two_files_are_compared_by_keyboard(page, recordings):
    choose(page, "Choose files", recordings["日向 一"], recordings["日向 二"])
    page.wait_for_selector("#compare-known .clip >> nth=1")
    choose(page, "Choose a file", recordings["桜"])
    page.wait_for_selector("#compare-go:enabled")
    press(page, "Compare")
    page.wait_for_selector("#compare-result .verdict.other")
    assert "Different voices" in page.inner_text("#compare-result")
    assert "桜.wav" in page.inner_text("#compare-result")
    assert page.locator("#compare-result .mark").count() == 1
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)


def test_a_spoken_recording_is_compared_by_keyboard(page, recordings):
    choose(page, "Choose files", recordings["日向 一"])
    page.wait_for_selector("#compare-known .clip")
    tab_to(page, "Choose a file")
    press(page, "Record")
    page.wait_for_selector("#compare-questioned .rec.on:has-text('2.')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#compare-questioned .clip")
    assert "Recording 1.wav" in page.inner_text("#compare-questioned")
    page.wait_for_selector("#compare-go:enabled")
    press(page, "Compare")
    page.wait_for_selector("#compare-result .verdict")
    heard = page.inner_text("#compare-result .heard li >> nth=1")
    assert "Recording 1.wav (questioned)" in heard


def test_record_waits_for_the_permission_and_is_pressed_once(page):
    page.evaluate("""() => {
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        window.asked = 0;
        navigator.mediaDevices.getUserMedia = async (wanted) => {
            window.asked += 1;
            await new Promise((allow) => { window.allow = allow; });
            return ask(wanted);
        };
    }""")
    record = page.locator("#compare-questioned .rec")
    press_twice = "one => { one.click(); one.click(); }"
    record.evaluate(press_twice)
    assert record.is_disabled()
    page.evaluate("() => window.allow()")
    page.wait_for_selector("#compare-questioned .rec.on:enabled:has-text('1.')")
    record.click()
    page.wait_for_selector("#compare-questioned .clip")
    assert record.inner_text() == "Record"
    assert page.evaluate("() => window.asked") == 1


def test_a_microphone_whose_sound_cannot_be_taken_is_switched_off(page):
    page.evaluate("""() => {
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => (window.heard = await ask(wanted));
        AudioWorklet.prototype.addModule = () => Promise.reject(new Error("no worklet"));
    }""")
    press(page, "Record")
    page.wait_for_selector("#alert:has-text('No microphone: no worklet')")
    assert page.evaluate("() => window.heard.getTracks().map((one) => one.readyState)") == ["ended"]
    assert page.locator("#compare-known .rec").is_enabled()


def test_the_link_to_the_content_leads_into_the_section_that_is_shown(page):
    press(page, "Gallery")
    page.wait_for_selector("#voices .empty")
    page.evaluate("() => document.activeElement.blur()")
    press(page, "Skip to the content")
    page.wait_for_function("() => location.hash === '#main'")
    page.wait_for_timeout(200)
    assert page.is_visible("#gallery")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_what_is_no_audio_is_said_in_words(page, tmp_path, recordings):
    bad = tmp_path / "声.ogg"
    bad.write_bytes(b"OggS" + bytes(200))
    choose(page, "Choose files", recordings["日向 一"])
    page.wait_for_selector("#compare-known .clip")
    choose(page, "Choose a file", bad)
    page.wait_for_selector("#compare-go:enabled")
    press(page, "Compare")
    page.wait_for_selector("#alert:has-text('声.ogg cannot be read as audio')")
    page.wrong = [text for text in page.wrong if "415" not in text]


def test_a_voice_is_enrolled_played_found_and_removed_by_keyboard(page, recordings):
    press(page, "Gallery")
    page.wait_for_selector("#voices .empty")
    tab_to(page, "enrol-name")
    page.keyboard.type("日向 葵")
    choose(page, "Choose files", recordings["日向 一"], recordings["日向 二"])
    page.wait_for_selector("#enrol-go:enabled")
    press(page, "Enrol")
    page.wait_for_selector("#voices .refs li >> nth=1")
    assert "日向 葵" in page.inner_text("#voices")
    press(page, "Play 日向 葵, 日向 一.wav")
    page.wait_for_selector("#voices .play.on")
    page.keyboard.press("Enter")
    page.goto(page.url.split("#")[0] + "#map")
    page.wait_for_selector("#map-plot circle >> nth=1")
    page.focus("#map-plot")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#map-told:has-text('日向 葵')")
    page.goto(page.url.split("#")[0] + "#identify")
    choose(page, "Choose a file", recordings["日向 二"])
    page.wait_for_selector("#identify-go:enabled")
    press(page, "Identify")
    page.wait_for_selector("#identify-result:has-text('Closest: 日向 葵')")
    page.goto(page.url.split("#")[0] + "#gallery")
    press(page, "Remove 日向 葵")
    press(page, "Remove")
    page.wait_for_selector("#voices .empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_section_fits_at_both_widths(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for section in ("compare", "identify", "gallery", "map"):
            page.goto(page.url.split("#")[0] + f"#{section}")
            page.wait_for_selector(f"#{section}:visible h1")
            assert fits(page), (section, width)
