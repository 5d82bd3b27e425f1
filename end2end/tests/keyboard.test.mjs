// By keyboard alone: the way past the menu, a round from its enterprise to the outcome, and a focus that is always seen.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { newPage } from '../fixtures/page.mjs';
import { PEOPLE, enter } from '../fixtures/people.mjs';
import { form, heading, lacking, step, turn } from '../fixtures/steps.mjs';

describe('keyboard', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('past the menu, and in', async (t) => {
    const page = await newPage(t, { portal });
    await page.goto('/login');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page).innerText(), '跳到正文');
    assert.ok(await focused(page).evaluate((link) => link.getBoundingClientRect().top >= 0), 'the skip link is in sight');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page).getAttribute('id'), 'content');
    await comeIn(page, PEOPLE.officer1);
  });

  test('every stop of the way is seen', async (t) => {
    const page = await enter(t, portal, 'officer1', { javaScript: false });
    for (const address of ['/todo', '/review', '/dashboard', '/']) {
      await page.goto(address);
      const stops = new Set();
      for (let count = 0; count < 200; count += 1) {
        await page.keyboard.press('Tab');
        const stop = await focused(page).evaluate((element) => {
          if (element === document.body) return undefined;
          const seen = (/** @type {Element} */ of, /** @type {string} */ part) => {
            const style = getComputedStyle(of, part);
            return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
          };
          const { width, height } = element.getBoundingClientRect();
          const all = [...document.querySelectorAll('*')].indexOf(element);
          return { place: all, seen: seen(element, '') || seen(element, '::after'), size: width * height, html: element.outerHTML.slice(0, 120) };
        });
        if (!stop || stops.has(stop.place)) break;
        stops.add(stop.place);
        assert.ok(stop.seen, `the focus on ${stop.html} of ${address} is not seen`);
        assert.ok(stop.size > 0, `${stop.html} of ${address} takes the focus and is not there`);
      }
      assert.ok(stops.size > 10, `only ${stops.size} stops on ${address}`);
    }
  });

  test('a round from its enterprise to the outcome', async (t) => {
    let round = { id: '', number: '' };
    await step(t, 'the enterprise answers every line, with its files, and sends', async () => {
      const page = await newPage(t, { portal });
      const choose = chooser(page);
      await page.goto('/login');
      await comeIn(page, PEOPLE.owner1);
      await press(page, '.tasks a[href^="/cases/"]');
      const { pathname } = new URL(page.url());
      round = { id: pathname.split('/')[2], number: await page.locator('.page-over').innerText() };
      const lines = await page.locator('.tasks a[href*="/lines/"]').count();
      await press(page, '.tasks a[href*="/lines/"]');
      // "Save, next line" leads through all of them.
      for (let line = 0; line < lines; line += 1) await answerLine(page, choose);
      assert.equal(new URL(page.url()).pathname, `${pathname}/check`);
      assert.equal(await page.locator('.field-error').count(), 0, await page.locator('main').innerText());
      await press(page, 'form[action="/api/case/submit"] button');
      assert.equal(await heading(page), '自查已提交');
    });

    const page = await enter(t, portal, 'officer1');
    await step(t, 'an officer reviews every line', () => review(page, round));
  });
});

/** From the login to what waits. */
async function comeIn(/** @type {Page} */ page, /** @type {{ account: string, password: string }} */ who) {
  await tabTo(page, 'input[name=login]');
  await page.keyboard.type(who.account);
  await page.keyboard.press('Tab');
  await page.keyboard.type(who.password);
  await turn(page, () => page.keyboard.press('Enter'));
  assert.equal(new URL(page.url()).pathname, '/todo');
}

/**
 * What is chosen in the windows that a page opens for files: what is given to the function that this returns.
 *
 * Such windows are listened for from the start. Playwright asks the browser for them when somebody begins to listen, and
 * a key that is pressed then may be faster.
 */
function chooser(/** @type {Page} */ page) {
  /** @type {string[]} */
  let chosen = [];
  page.on('filechooser', (opened) => opened.setFiles(chosen));
  return (/** @type {Sample[]} */ samples) => {
    chosen = samples.map((sample) => sample.path);
  };
}

/** One line of an enterprise's round: its files, its answer, and what it asks beside that. */
async function answerLine(/** @type {Page} */ page, /** @type {(samples: Sample[]) => void} */ choose) {
  await page.locator('.uploader:not(.uploader-on)').first().waitFor({ state: 'detached' });
  const tiles = page.locator('#upload-files .file');
  for (const samples of await lacking(page)) {
    const there = await tiles.count();
    await tabTo(page, '#upload-file');
    choose(samples);
    await page.keyboard.press('Space');
    await tiles.nth(there + samples.length - 1).waitFor();
  }
  await tabTo(page, 'form[action="/api/case/answer"] input[name=answer]');
  await page.keyboard.press('Space');
  assert.equal(await focused(page).inputValue(), 'conforms');
  assert.ok(await focused(page).isChecked());
  if ((await page.locator('textarea[name=excuse]').count()) > 0) {
    await tabTo(page, 'textarea[name=excuse]');
    await page.keyboard.type('手机的相机已坏。');
  }
  await press(page, 'form[action="/api/case/answer"] button[type=submit]');
}

/** An officer's part of a round. */
async function review(/** @type {Page} */ page, /** @type {{ id: string, number: string }} */ round) {
  await page.goto(`/review?number=${round.number}`);
  await awake(page);
  await turn(page, () => page.keyboard.press('n'));
  assert.equal(new URL(page.url()).pathname, `/review/${round.id}`);
  await press(page, 'form[action="/api/review/take"] button');

  // J and K walk along the lines.
  await awake(page);
  const [first, second] = await page.locator('.lines a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  await turn(page, () => page.keyboard.press('j'));
  assert.ok(page.url().endsWith(second ?? '-'));
  await awake(page);
  await turn(page, () => page.keyboard.press('k'));
  assert.ok(page.url().endsWith(first ?? '-'));

  // Z takes the photo over the whole screen, Escape brings it back.
  await awake(page);
  await page.keyboard.press('z');
  await page.locator('dialog[open] img').waitFor();
  await page.keyboard.press('+');
  assert.match(await page.locator('dialog[open] img').evaluate((img) => img.style.transform), /scale\(1\.[1-9]/);
  await page.keyboard.press('Escape');
  await page.locator('.viewer-home img').first().waitFor();
  assert.equal(await page.locator('dialog[open]').count(), 0);

  // I asks for a reason; while it is typed, letters are letters.
  await page.keyboard.press('i');
  assert.ok(await form(page, 'review/line').locator('[value=insufficient]').isChecked());
  await focusIs(page, 'textarea[name=reason]');
  await page.keyboard.type('jazz');
  assert.equal(await page.locator('textarea[name=reason]').inputValue(), 'jazz');
  assert.ok(page.url().endsWith(first ?? '-'));
  for (let letter = 0; letter < 4; letter += 1) await page.keyboard.press('Backspace');
  await page.keyboard.press('Tab');

  // A and Enter, line by line, to the end.
  const lines = await page.locator('.lines a').count();
  for (let line = 0; line < lines; line += 1) {
    await awake(page);
    await page.keyboard.press('a');
    await focusIs(page, '#save-line');
    await turn(page, () => page.keyboard.press('Enter'));
  }
  await page.getByText('全部检查项都已有明确意见').waitFor();

  // O leads to the outcome; ? tells all keys.
  await awake(page);
  await page.keyboard.press('?');
  await page.locator('#keys').getByRole('heading', { name: '快捷键' }).waitFor();
  await page.keyboard.press('Escape');
  await turn(page, () => page.keyboard.press('o'));
  assert.equal(new URL(page.url()).pathname, `/review/${round.id}/outcome`);
}

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../fixtures/files.mjs').Sample} Sample */

/** What has the focus. */
function focused(/** @type {Page} */ page) {
  return page.locator(':focus').or(page.locator('body:not(:has(:focus))')).first();
}

/** Presses Tab until something has the focus. */
async function tabTo(/** @type {Page} */ page, /** @type {string} */ selector) {
  for (let count = 0; count < 100; count += 1) {
    if (await focused(page).evaluate((element, wanted) => element.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${selector}`);
}

/** Goes to a link or button with Tab, and where it leads with Enter. */
async function press(/** @type {Page} */ page, /** @type {string} */ selector) {
  await tabTo(page, selector);
  await turn(page, () => page.keyboard.press('Enter'));
}

async function focusIs(/** @type {Page} */ page, /** @type {string} */ selector) {
  await page.locator(`${selector}:focus`).waitFor();
}

/** Waits until the keys are listened to. */
async function awake(/** @type {Page} */ page) {
  await page.locator('.shortcuts-on').waitFor({ state: 'attached' });
}
