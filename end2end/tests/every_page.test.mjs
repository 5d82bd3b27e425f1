// Every person opens every page of their menu and a record of each: it answers, it has one heading, nobody is kept out,
// nothing runs over the edge of a phone or a desk, axe finds nothing, the browser has nothing to complain about.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { SIZES, allow, axe, fits, newPage } from '../fixtures/page.mjs';
import { PEOPLE, enter } from '../fixtures/people.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** What anybody may open. */
const PUBLIC = ['/', '/items', '/verify', '/verify/bundle', '/log', '/help', '/accessibility', '/login', '/register', '/verify/0000000000AAAAAAAAAA'];

/** Pages that no menu leads to directly. */
const BESIDE = ['/account', '/account/password'];

/** One person of every role. */
const ROLES = ['owner1', 'operator1', 'officer1', 'head1', 'supervisor', 'statistics', 'sysadmin', 'secadmin', 'auditor'];

/**
 * How people see the portal. Every page is measured at both widths; `width` is the one that it is opened at and that
 * axe reads it in. Without scripts the markup is the same but for what stands in `noscript`. Colleagues share their
 * pages, and what waits for them is their own: where `far` names some, the others open only that.
 *
 * @typedef {{ name: string, width: 'phone' | 'desk', javaScript: boolean, lang?: string, care?: boolean, who: string[], far?: string[] }} Look
 * @type {Look[]}
 */
const LOOKS = [
  { name: 'no scripts', width: 'desk', javaScript: false, who: Object.keys(PEOPLE), far: ['owner1', 'officer1', 'head1', 'supervisor', 'sysadmin'] },
  { name: 'scripts on', width: 'phone', javaScript: true, who: ROLES },
  { name: 'English', width: 'desk', javaScript: true, lang: 'en', who: ['owner3', 'head1', 'supervisor', 'sysadmin', 'secadmin', 'auditor'] },
  { name: '关怀版', width: 'phone', javaScript: true, care: true, who: ['owner4', 'officer2', 'statistics'] },
];

describe('every page', { concurrency: 2 }, () => {
  /** @type {import('../fixtures/server.mjs').Portal & { printed: string }} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  /** What was opened in a look already: pages that are the same for everybody, and those that axe has read. */
  const done = new Set();

  /**
   * Opens pages and everything that they lead to, of records one of each kind.
   *
   * @param {Page} page
   * @param {string[]} begin
   * @param {{ look: Look, side?: string, far?: boolean }} without `far`, only the first pages and what their content leads to
   */
  async function walk(page, begin, { look, side = '', far = true }) {
    const seen = new Set();
    /** @type {string[]} */
    const wrong = [];
    const next = begin.map((href) => ({ href, kind: href, follow: true }));
    for (let at = next.shift(); at !== undefined; at = next.shift()) {
      const { href, kind, follow } = at;
      const shared = SHARED.test(kind);
      if (seen.has(kind) || (shared && done.has(`${look.name} ${kind}`))) continue;
      seen.add(kind);
      if (shared) done.add(`${look.name} ${kind}`);
      const answer = await page.goto(href);
      // One page that is wrong does not hide the others.
      try {
        assert.equal(answer?.status(), 200, `${href} answered ${answer?.status()}`);
        await looksRight(page, href, look);
        const read = `axe ${look.name} ${shared ? '' : side} ${kind}`;
        if (!done.has(read) && (look.javaScript || (await page.locator('noscript:not(:empty)').count()) > 0)) {
          done.add(read);
          await axe(page);
        }
      } catch (error) {
        wrong.push(/** @type {Error} */ (error).message);
      }
      if (!follow) continue;
      for (const link of await links(page, far)) {
        const { pathname } = new URL(link, portal.url);
        const kind = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/verify\/\w+/, 'verify/:code');
        if (!FILES.test(pathname)) next.push({ href: link, kind, follow: far });
      }
    }
    assert.equal(wrong.length, 0, wrong.join('\n\n'));
    return seen;
  }

  for (const look of LOOKS) {
    for (const who of look.who) {
      test(`${who}, ${look.name}`, async (t) => {
        const page = await enter(t, portal, who, look);
        await prefer(page, look);
        const far = look.far?.includes(who) ?? true;
        const seen = await walk(page, far ? ['/todo', '/', ...BESIDE] : ['/todo'], { look, side: sideOf(who), far });
        assert.ok(seen.size >= (far ? 5 : 1), `only ${[...seen]}`);
      });
    }
    test(`anybody, ${look.name}`, async (t) => {
      const page = await newPage(t, { portal, ...look });
      await prefer(page, look);
      await walk(page, PUBLIC, { look });
    });
  }

  for (const lang of ['zh', 'en']) {
    test(`what is not there and what is not theirs, ${lang}`, async (t) => {
      const page = await enter(t, portal, 'owner1');
      allow(page, /status of 40[345]/);
      await prefer(page, { lang });
      const missing = '/cases/00000000-0000-7000-8000-000000000000';
      for (const [address, status] of /** @type {const} */ ([['/nothing', 404], [missing, 404], ['/admin/accounts', 403], ['/logout', 405]])) {
        const answer = await page.goto(address);
        assert.equal(answer?.status(), status, address);
        await looksRight(page, address, { lang });
        await axe(page);
      }
    });
  }

  test('the program prints everybody who can sign in', () => {
    const printed = [...portal.printed.matchAll(/^ {2}(\S+) +\S+ +.+$/gm)].map((line) => line[1]);
    assert.deepEqual(printed.sort(), Object.keys(PEOPLE).sort());
  });
});

/** Files, and what leaves the page. */
const FILES = /^\/(evidence\/[^/]+$|api\/v1\/|examples|ledger\.(csv|xlsx)|pkg|logout)/;

/** Pages that are the same for everybody. */
const SHARED = /^\/(items|verify|help|accessibility)/;

/** On which side of the counter somebody stands. */
function sideOf(/** @type {string} */ who) {
  return /^(owner|operator)/.test(who) ? 'enterprise' : /^(scjg|yjgl|sthj|officer|head)/.test(who) ? 'agency' : who;
}

/** What a page must be, whoever looks. */
async function looksRight(/** @type {Page} */ page, /** @type {string} */ address, /** @type {{ lang?: string }} */ { lang = 'zh' }) {
  assert.equal(await page.locator('h1').count(), 1, `${address} has not exactly one heading`);
  assert.match(await page.title(), /\S/);
  assert.equal(await page.locator('html').getAttribute('lang'), lang === 'en' ? 'en' : 'zh-Hans-CN');
  const size = page.viewportSize() ?? SIZES.desk;
  for (const other of [size.width === SIZES.desk.width ? SIZES.phone : SIZES.desk, size]) {
    await page.setViewportSize(other);
    await fits(page, address);
  }
  const text = await page.locator('body').innerText();
  // Names of settings, of states as stored, and of what was never filled in do not belong before people.
  const inside = /\b[a-z]+_[a-z_]+\b|\{\w*\}|undefined|\bNaN\b|Some\(|panicked/.exec(text);
  assert.equal(inside, null, `${address} shows its insides: ${inside?.[0]}`);
}

/** The addresses of our own that a page leads to, or only its content without the menus. */
async function links(/** @type {Page} */ page, /** @type {boolean} */ all) {
  const found = await page.locator(`${all ? '' : 'main '}a[href^="/"]`).evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
  return [...new Set(found)].map((href) => href.split('#')[0]).filter((href) => href !== '');
}

/** Chooses language and view with the buttons in the head of the page. */
async function prefer(/** @type {Page} */ page, /** @type {{ lang?: string, care?: boolean }} */ { lang, care }) {
  if (lang !== 'en' && !care) return;
  await page.goto('/');
  const press = async (/** @type {string} */ selector) => {
    await Promise.all([page.waitForEvent('load'), page.locator(`.preferences ${selector}`).click()]);
  };
  if (care) await press('[name=care][value="1"]');
  if (lang === 'en') await press('[name=lang][value=en]');
}
