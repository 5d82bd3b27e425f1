// The front page, as the first thing a person sees of the portal.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LOOKS, axe, newPage } from '../fixtures/page.mjs';
import { startPortal } from '../fixtures/server.mjs';

describe('front page', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startPortal();
  });
  after(async () => portal?.remove());

  for (const look of LOOKS) {
    const name = `${look.width}, scripts ${look.javaScript ? 'on' : 'off'}`;
    test(name, async (t) => {
      const page = await newPage(t, { portal, ...look });
      const answer = await page.goto('/');
      assert.equal(answer?.status(), 200);
      assert.match(await page.title(), /无感监管/);
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
      await page.waitForLoadState('networkidle');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
      await axe(page);
    });
  }
});
