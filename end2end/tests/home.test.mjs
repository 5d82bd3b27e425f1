// The front page, as the first thing a person sees of the portal.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { LOOKS, axe, newPage } from '../fixtures/page.mjs';

describe('front page', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  for (const look of LOOKS) {
    const name = `${look.width}, scripts ${look.javaScript ? 'on' : 'off'}`;
    test(name, async (t) => {
      const page = await newPage(t, { portal, ...look });
      /** @type {string[]} */
      const fetched = [];
      page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
      const answer = await page.goto('/');
      assert.equal(answer?.status(), 200);
      assert.match(await page.title(), /无感监管/);
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
      await page.waitForLoadState('networkidle');
      assert.equal(new Set(fetched).size, fetched.length, `something was fetched twice: ${fetched}`);
      if (look.javaScript) assert.ok(fetched.includes('/pkg/wugan.wasm'));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
      await axe(page);
    });
  }
});
