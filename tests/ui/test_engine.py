"""The 3-D pane on its own in a browser: organs in their colours, contexts that come and go, no word to any network."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.ui.lab import BROWSER_FLAGS

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "atlas_lab" / "viewers" / "static"
HOME = "http://engine.test/"
REST = 800  # ms after which the sharp frame is there
RED, GREEN, BONE = 0, 1, 2


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, requests: list[str]) -> Iterator[Page]:
    """The harness; nothing but its two files can be reached."""
    files = {HOME: Path(__file__).with_name("engine.html"), f"{HOME}engine.js": STATIC / "engine.js"}

    def answer(route: Route) -> None:
        requests.append(route.request.url)
        file = files.get(route.request.url)
        if file:
            route.fulfill(path=file)
        else:
            route.abort()

    opened = browser.new_page(viewport={"width": 1000, "height": 700})
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.route("**/*", answer)
    opened.goto(HOME)
    opened.wait_for_function("window.ready")
    yield opened
    opened.close()
    assert said == []


@pytest.fixture
def pane(page: Page) -> Callable[[], np.ndarray]:
    """One open pane; a call waits for its sharp frame and gives its picture."""
    page.evaluate("async () => { window.pane = await open() }")

    def picture() -> np.ndarray:
        page.wait_for_timeout(REST)
        return shot(page, 0)

    return picture


def shot(page: Page, number: int) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(page.locator(".pane").nth(number).screenshot())).convert("RGB"), dtype=int)


def share(picture: np.ndarray, colour: int) -> float:
    """How much of the picture is red, green or bone's ivory, in whatever light."""
    r, g, b = (picture[..., channel] for channel in range(3))
    is_colour = {
        RED: (r > 60) & (r > 1.8 * g) & (r > 1.8 * b),
        GREEN: (g > 60) & (g > 1.8 * r),
        BONE: (b > 110) & (r > b) & (r < 1.6 * b),
    }
    return float(is_colour[colour].mean())


def test_organs_are_seen_in_their_colours_with_the_patients_right_on_the_left(pane):
    picture = pane()
    half = picture.shape[1] // 2
    assert share(picture[:, :half], RED) > 0.1
    assert share(picture[:, half:], GREEN) > 0.1


def test_a_hidden_organ_is_gone_at_once(page, pane):
    pane()
    took = page.evaluate("""async () => {
        const paint = new OffscreenCanvas(64, 56).getContext("2d");
        const red = () => {
            paint.drawImage(document.querySelector(".pane canvas"), 0, 0, 64, 56);
            const { data } = paint.getImageData(0, 0, 64, 56);
            return data.some((r, i) => i % 4 === 0 && r > 60 && r > 1.8 * data[i + 1]);
        };
        const began = performance.now();
        pane.setVisible([false, true], scene.colors);
        do await new Promise(requestAnimationFrame); while (red());
        return performance.now() - began;
    }""")
    picture = pane()
    assert share(picture, RED) == 0
    assert share(picture, GREEN) > 0.05
    assert took < 300


def test_another_colour_replaces_the_old_one(page, pane):
    page.evaluate("pane.setVisible([true, true], [scene.colors[1], scene.colors[1]])")
    picture = pane()
    assert share(picture, RED) == 0
    assert share(picture, GREEN) > 0.2


def test_edited_ids_change_only_what_was_edited(page, pane):
    before = pane()
    page.evaluate("pane.setScene({ ...scene, ids: scene.ids.map(id => id === 2 ? 0 : id) })")
    after = pane()
    assert share(after, GREEN) == 0
    assert share(after, RED) == pytest.approx(share(before, RED), rel=0.02), "nothing jumps under the brush"


def test_a_click_tells_where_the_organ_under_it_is(page, pane):
    picture = pane()
    rows, columns = np.nonzero((picture[..., 0] > 60) & (picture[..., 0] > 1.8 * picture[..., 1]))
    page.mouse.click(*middle_of(page, float(columns.mean()), float(rows.mean())))
    [[x, y, z]] = page.evaluate("picked")
    assert np.hypot(np.hypot(x - 25.5, y - 1.5), z - 1.5) < 22, "not on the red ball"
    assert y > 10, "not on the side that faces the viewer"


def middle_of(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator(".pane").first.bounding_box()
    assert box
    return box["x"] + x, box["y"] + y


def test_a_drag_turns_and_keys_go_back(page, pane):
    start = pane()
    x, y = middle_of(page, 160, 140)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 10, steps=5)
    page.mouse.up()
    turned = pane()
    assert np.abs(turned - start).mean() > 5
    assert page.evaluate("picked") == [], "a drag is no click"
    page.keyboard.press("0")
    assert np.abs(pane() - start).mean() < 2


def test_keys_that_mean_something_here_stay_here(page, pane):
    page.evaluate("document.addEventListener('keydown', event => (window.heard ??= []).push(event.key))")
    page.locator(".pane > div").focus()
    for key in ("ArrowLeft", "3", "b"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["b"]


def test_skeleton_and_ct_can_be_seen(page, pane):
    assert share(pane(), BONE) < 0.01
    page.evaluate("pane.setMode('both')")
    both = pane()
    assert share(both, BONE) > 0.01
    assert share(both, RED) > 0.02
    page.evaluate("pane.setMode('ct')")
    ct = pane()
    assert share(ct, GREEN) == 0
    assert ct.std() > 10, "the CT is blank"


def test_the_crosshair_is_where_it_was_put(page, pane):
    page.evaluate("pane.setCrosshair([25.5, 1.5, 1.5])")
    picture = pane()
    r, g, b = (picture[..., channel] for channel in range(3))
    _, columns = np.nonzero((r > 100) & (g > 0.7 * r) & (g > 2 * b))
    assert len(columns) > 50
    assert np.median(columns) < picture.shape[1] / 2


def test_the_background_follows_a_css_variable(page, pane):
    assert pane()[2, 2].max() < 60
    page.evaluate("document.querySelector('.pane').style.setProperty('--atlas-3d-background', 'oklch(0.97 0 0)'); pane.redraw()")
    assert pane()[2, 2].min() > 230


def test_a_picture_comes_as_png_with_the_letters(page, pane):
    pane()
    size = page.evaluate("async () => { const b = await createImageBitmap(await pane.png()); return [b.width, b.height] }")
    assert size == [640, 560]


def test_a_lost_context_comes_back_with_the_same_view(page, pane):
    page.locator(".pane > div").focus()
    page.keyboard.press("3")
    before = pane()
    page.evaluate("document.querySelector('.pane canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()")
    page.wait_for_timeout(500)
    assert np.abs(pane() - before).mean() < 1


def test_a_fifth_pane_parks_the_one_used_longest_ago_until_it_is_clicked(page, pane):
    before = pane()
    page.evaluate("async () => { for (let i = 0; i < 4; i++) await open() }")
    parked = ".pane:has(button)"
    assert page.locator(parked).count() == 1
    assert page.locator(".pane").first.locator("img").count() == 1
    assert share(shot(page, 0), RED) > 0.1, "its last picture is gone"
    size = page.evaluate("async () => (await createImageBitmap(await pane.png())).width")
    assert size == 640
    page.locator(".pane").first.get_by_text("Click to resume").click()
    assert np.abs(pane() - before).mean() < 1
    assert page.locator(parked).count() == 1
    assert page.locator(".pane").nth(1).locator("img").count() == 1


def test_a_closed_pane_gives_its_context_back(page, pane):
    lost = page.evaluate("""() => {
        const gl = document.querySelector('.pane canvas').getContext('webgl2');
        pane.destroy();
        return gl.isContextLost();
    }""")
    assert lost
    assert page.locator(".pane *").count() == 0


def test_without_webgl_the_message_says_what_to_do(page):
    said = page.evaluate("""async () => {
        const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind) { return kind === "2d" ? real.call(this, kind) : null };
        return open().catch(error => [error.name, error.message]);
    }""")
    assert said[0] == "NoWebGL"
    assert "hardware acceleration" in said[1]
    assert page.locator(".pane *").count() == 0


def test_no_request_leaves_the_page(page, pane, requests):
    pane()
    page.evaluate("pane.setMode('ct')")
    pane()
    assert sorted(requests) == [HOME, f"{HOME}engine.js"]
