// The other shapes of a page: at twice its size, on paper, and in 关怀版, which is large and dark enough for old eyes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { hardToRead } from '../fixtures/legible.mjs';
import { SIZES, fits, newPage } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { lines, openRound, send, turn } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** What a window of 1440 by 900 shows at 200 %. */
const DOUBLED = { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 };

/** What margins of 20 mm leave of A4, in pixels of CSS. */
const PAPER = { width: 642, height: 980 };

/** The base of 关怀版, and at that base the smallest size that there is: 14 where it is 16. */
const BASE = 20;
const SMALLEST = (BASE * 14) / 16;

/** Every kind of document that an agency has issued in this city. */
const KINDS = [
  '检查结果告知书', '整改指导意见书', '首违不罚告知书', '责令改正通知书', '立案移交函', '补充材料通知书', '转现场检查审批表',
  '无感监管申请结果通知书',
];

/**
 * The pages that are used most, by who opens them.
 *
 * @type {Record<string, (page: Page) => Promise<string[]>>}
 */
const USED = {
  async anybody(page) {
    const item = await behind(page, '/items', 'main a[href^="/items/"]');
    // The last one has all components in all states.
    return ['/', '/items', item, '/login', '/register', '/verify', '/help', '/gallery'];
  },
  async owner1(page) {
    const round = await openRound(page);
    const [line] = await lines(page);
    const document = await behind(page, '/documents', 'main a[href^="/documents/"]');
    await page.goto(document);
    const code = await page.locator('.sheet-code').innerText();
    return ['/', '/todo', round.address, line, `${round.address}/check`, document, `/verify/${code.replaceAll('-', '')}`];
  },
  async officer1(page) {
    const desk = await behind(page, '/review?state=submitted', 'tbody a[href^="/review/"]');
    await page.goto(desk);
    await send(page, 'review/take');
    return ['/todo', '/review', desk, `${desk}/outcome`, '/first-violations'];
  },
  async statistics(page) {
    return ['/dashboard', '/ledger', await behind(page, '/ledger', 'main tbody a[href^="/ledger/"]')];
  },
};

describe('shapes', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  for (const [who, find] of Object.entries(USED)) {
    test(`the pages of ${who}`, async (t) => {
      const look = { context: DOUBLED };
      const page = who === 'anybody' ? await newPage(t, { portal, ...look }) : await enter(t, portal, who, look);
      const addresses = await find(page);

      await t.test('nothing runs over the edge at 200 %', () => each(page, addresses, (address) => fits(page, address)));

      await t.test('everything can be read in 关怀版', async () => {
        await page.context().addCookies([{ name: 'care', value: '1', url: portal.url }]);
        await each(page, addresses, async (address) => {
          const base = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
          assert.ok(base >= BASE, `the base of ${address} is ${base} px`);
          /** @type {Set<string>} */
          const found = new Set();
          for (const size of [SIZES.phone, SIZES.desk]) {
            await page.setViewportSize(size);
            for (const text of await hardToRead(page, SMALLEST)) found.add(text);
          }
          assert.ok(found.size === 0, `${address} is hard to read:\n  ${[...found].join('\n  ')}`);
        });
      });
    });
  }

  test('documents on paper', async (t) => {
    const page = await enter(t, portal, 'head1', { javaScript: false });
    const addresses = await ofEachKind(page);
    await page.setViewportSize(PAPER);
    await page.emulateMedia({ media: 'print' });
    for (const [kind, address] of Object.entries(addresses)) {
      await t.test(kind, async () => {
        await page.goto(address);
        const title = page.locator('.sheet-title');
        assert.ok(await title.isVisible(), 'the title is not there');
        assert.equal(await title.innerText(), kind);
        await fits(page, kind);
        const around = page.locator('nav, .top, .bottom, .skip, .back, .screen-only, button, .button').filter({ visible: true });
        assert.deepEqual(await around.evaluateAll((found) => found.map((one) => one.outerHTML.slice(0, 160))), []);
        // And as a printer gets it.
        const printed = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
        assert.match(printed, /\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/, 'not on A4');
      });
    }
  });
});

/**
 * Opens pages one after another; one that is wrong does not hide the others.
 *
 * @param {Page} page
 * @param {string[]} addresses
 * @param {(address: string) => Promise<unknown>} look
 */
async function each(page, addresses, look) {
  /** @type {string[]} */
  const wrong = [];
  for (const address of addresses) {
    const answer = await page.goto(address);
    try {
      assert.equal(answer?.status(), 200, `${address} answered ${answer?.status()}`);
      await awake(page);
      await look(address);
    } catch (error) {
      wrong.push(/** @type {Error} */ (error).message);
    }
  }
  assert.ok(wrong.length === 0, wrong.join('\n\n'));
}

/** Waits until files can be chosen and keys are listened to, where a page has that: it looks a little different then. */
async function awake(/** @type {Page} */ page) {
  for (const island of ['uploader', 'shortcuts']) {
    const asleep = page.locator(`leptos-island .${island}:not(.${island}-on)`);
    await asleep.first().waitFor({ state: 'detached' });
  }
}

/** Where the first link of this kind on a page leads. */
async function behind(/** @type {Page} */ page, /** @type {string} */ address, /** @type {string} */ link) {
  await page.goto(address);
  await turn(page, () => page.locator(link).first().click());
  const { pathname } = new URL(page.url());
  return pathname;
}

/** A document of each kind, from the list of an agency. */
async function ofEachKind(/** @type {Page} */ page) {
  /** @type {Record<string, string>} */
  const found = {};
  for (let number = 1; !KINDS.every((kind) => kind in found); number += 1) {
    await page.goto(`/documents?page=${number}`);
    const rows = await page.locator('main tbody tr').evaluateAll((all) =>
      all.map((row) => [row.querySelectorAll('td')[0]?.textContent ?? '', row.querySelector('a')?.getAttribute('href') ?? '']),
    );
    assert.ok(rows.length > 0, `no document of these kinds: ${KINDS.filter((kind) => !(kind in found))}`);
    for (const [kind, address] of rows) found[kind] ??= address;
  }
  return found;
}
