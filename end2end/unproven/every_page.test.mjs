// Every person opens every page of their menu and a record of each: it answers, it has one heading, nobody is kept out,
// nothing runs over the edge of a phone, the browser has nothing to complain about.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { axe, newPage } from '../fixtures/page.mjs';
import { PEOPLE, enter } from '../fixtures/people.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** What anybody may open. */
const PUBLIC = ['/', '/items', '/verify', '/help', '/accessibility', '/login', '/register', '/verify/0000000000AAAAAAAAAA'];

/** Pages that no menu leads to directly. */
const BESIDE = ['/account', '/account/password'];

/** One person of every role. */
const ROLES = ['owner1', 'operator1', 'officer1', 'head1', 'supervisor', 'statistics', 'sysadmin', 'secadmin', 'auditor'];

/** @typedef {{ name: string, width: 'phone' | 'desk', javaScript: boolean, lang?: string, care?: boolean, who: string[] }} Look */

/**
 * How people see the portal besides at a desk without scripts.
 *
 * @type {Look[]}
 */
const LOOKS = [
  { name: 'phone, scripts on', width: 'phone', javaScript: true, who: ROLES },
  { name: 'desk, scripts on, English', width: 'desk', javaScript: true, lang: 'en', who: ['owner3', 'officer2', 'supervisor', 'secadmin'] },
  { name: 'phone, no scripts, English', width: 'phone', javaScript: false, lang: 'en', who: ['owner4', 'head1', 'statistics'] },
  { name: 'phone, no scripts, 关怀版', width: 'phone', javaScript: false, care: true, who: ['owner1', 'officer1', 'statistics'] },
];

describe('every page', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  /** Kinds of pages that axe has read already, for each look and side of the counter: most people share most pages. */
  const read = new Set();

  /**
   * Opens a page and everything that its menu and links lead to, of records one of each kind.
   *
   * @param {Page} page
   * @param {string[]} begin
   * @param {{ name?: string, lang?: string, side?: string, records?: boolean }} [look]
   */
  async function walk(page, begin, { name = 'desk, no scripts', lang = 'zh', side = '', records = true } = {}) {
    const seen = new Set();
    /** @type {string[]} */
    const wrong = [];
    const next = begin.map((href) => ({ href, kind: href }));
    for (let at = next.shift(); at !== undefined; at = next.shift()) {
      const { href, kind } = at;
      if (seen.has(kind)) continue;
      seen.add(kind);
      const answer = await page.goto(href);
      const key = `${name} ${SHARED.test(kind) ? '' : side} ${kind}`;
      // One page that is wrong does not hide the others.
      try {
        assert.equal(answer?.status(), 200, `${href} answered ${answer?.status()}`);
        await looksRight(page, href, lang);
        if (!read.has(key)) await axe(page);
        read.add(key);
      } catch (error) {
        wrong.push(/** @type {Error} */ (error).message);
      }
      for (const link of await links(page)) {
        const { pathname } = new URL(link, portal.url);
        const kind = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/verify\/\w+/, 'verify/:code');
        if (FILES.test(pathname) || (kind.includes(':') && !records)) continue;
        next.push({ href: link, kind });
      }
    }
    assert.equal(wrong.length, 0, wrong.join('\n\n'));
    return seen;
  }

  for (const who of Object.keys(PEOPLE)) {
    test(`${who}, desk, no scripts`, async (t) => {
      const page = await enter(t, portal, who, { javaScript: false });
      const seen = await walk(page, ['/', '/todo', ...BESIDE], { side: sideOf(who), records: ROLES.includes(who) });
      assert.ok(seen.size >= 8, `only ${[...seen]}`);
    });
  }

  for (const { name, who: people, lang = 'zh', care = false, ...size } of LOOKS) {
    for (const who of people) {
      test(`${who}, ${name}`, async (t) => {
        const page = await enter(t, portal, who, size);
        await prefer(page, { lang, care });
        await walk(page, ['/', '/todo', ...BESIDE], { name, lang, side: sideOf(who) });
      });
    }
    test(`anybody, ${name}`, async (t) => {
      const page = await newPage(t, { portal, ...size });
      await prefer(page, { lang, care });
      await walk(page, PUBLIC, { name, lang });
    });
  }

  test('the program prints everybody who can sign in', () => {
    const printed = [...portal.log().matchAll(/^ {2}(\S+) +\S+ +.+$/gm)].map((line) => line[1]);
    // A copied city is not filled again and prints nobody; then there is nothing to compare.
    if (printed.length > 0) assert.deepEqual(printed.sort(), Object.keys(PEOPLE).sort());
  });
});

/** Files, and what leaves the page. */
const FILES = /^\/(evidence|examples|ledger\.(csv|xlsx)|pkg|logout)/;

/** Pages that are the same for everybody. */
const SHARED = /^\/(items|verify|help|accessibility|account)/;

/** On which side of the counter somebody stands. */
function sideOf(/** @type {string} */ who) {
  return /^(owner|operator)/.test(who) ? 'enterprise' : /^(scjg|yjgl|sthj|officer|head)/.test(who) ? 'agency' : who;
}

/** What a page must be, whoever looks. */
async function looksRight(/** @type {Page} */ page, /** @type {string} */ address, /** @type {string} */ lang) {
  assert.equal(await page.locator('h1').count(), 1, `${address} has not exactly one heading`);
  assert.match(await page.title(), /\S/);
  assert.equal(await page.locator('html').getAttribute('lang'), lang === 'en' ? 'en' : 'zh-Hans-CN');
  const over = await page.evaluate(() => {
    const { scrollWidth } = document.scrollingElement ?? document.documentElement;
    const wide = [...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return { by: scrollWidth - innerWidth, first: wide[0]?.outerHTML.slice(0, 160) };
  });
  assert.ok(over.by <= 0, `${address} is ${over.by} px wider than the screen: ${over.first}`);
  const text = await page.locator('body').innerText();
  // Names of settings, of states as stored, and of what was never filled in do not belong before people.
  const inside = /\b[a-z]+_[a-z_]+\b|\{\w*\}|undefined|\bNaN\b|Some\(|panicked/.exec(text);
  assert.equal(inside, null, `${address} shows its insides: ${inside?.[0]}`);
}

/** The addresses of our own that a page leads to. */
async function links(/** @type {Page} */ page) {
  const found = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  return [...new Set(found)].map((href) => href.split('#')[0]).filter((href) => href !== '');
}

/** Chooses language and view with the buttons in the head of the page. */
async function prefer(/** @type {Page} */ page, /** @type {{ lang: string, care: boolean }} */ { lang, care }) {
  await page.goto('/');
  const press = async (/** @type {string} */ selector) => {
    await Promise.all([page.waitForEvent('load'), page.locator(`.preferences ${selector}`).click()]);
  };
  if (care) await press('[name=care][value="1"]');
  if (lang === 'en') await press('[name=lang][value=en]');
}
