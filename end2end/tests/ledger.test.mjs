// A visit that was due and does not take place: planned, replaced by a self-check, claimed in the ledger; and every
// number on the dashboard is the count of the entries behind it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { axe } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  confirm, download, errors, fillRound, openRound, planVisit, propose, review, send, sendRound, step, turn,
} from '../fixtures/steps.mjs';

const FIRM = '长春市南关区老味道饺子馆';
const ITEM = '餐饮服务食品安全检查';

for (const javaScript of [true, false]) {
  describe(`visits avoided, scripts ${javaScript ? 'on' : 'off'}`, () => {
    /** @type {import('../fixtures/server.mjs').Portal} */
    let portal;
    before(async () => {
      portal = await startCity();
    });
    after(async () => portal?.remove());

    test('from a visit that is due to an entry of the ledger', async (t) => {
      const look = { javaScript };
      const owner = await enter(t, portal, 'owner1', look);
      // What is on the desk of the enterprise already is settled first, so that the new round is the only one.
      const officer = await enter(t, portal, 'officer1', look);
      const second = await enter(t, portal, 'officer2', look);
      const head = await enter(t, portal, 'head1', look);
      const statistician = await enter(t, portal, 'statistics', look);
      const settle = async (/** @type {{ quick: boolean }} */ quick) => {
        const round = await openRound(owner);
        await fillRound(owner, round.address, {}, quick);
        await sendRound(owner, round.address);
        await review(officer, round.id, {}, quick);
        await propose(officer, round.id, 'no_issue');
        await confirm(second, round.id);
        return round;
      };
      await settle({ quick: true });
      const before = await numbers(statistician);

      await step(t, 'the head plans a visit', async () => {
        await head.goto(`/agency/visits/plan?q=${encodeURIComponent(FIRM)}`);
        await axe(head);
        await turn(head, () => head.getByRole('link', { name: FIRM }).click());
        await send(head, 'visit/plan');
        assert.ok((await errors(head)).length >= 4, 'everything that is missing is told at once');
        await axe(head);
        await planVisit(head, ITEM, '2026 年第 9 批双随机');
        await head.getByText('已生成线上自查任务，不再安排入企检查').waitFor();
        const row = head.getByRole('row').filter({ hasText: '2026 年第 9 批双随机' });
        assert.match(await row.innerText(), new RegExp(`${FIRM}[\\s\\S]*双随机抽查[\\s\\S]*线上自查办理中`));
        await axe(head);
      });

      /** @type {Awaited<ReturnType<typeof settle>>} */
      let round;
      await step(t, 'the self-check in its place is settled', async () => {
        round = await settle({ quick: javaScript });
        await second.goto(`/review/${round.id}/outcome`);
        assert.match(await second.locator('main').innerText(), /2026 年第 9 批双随机[\s\S]*待确认[\s\S]*观察期至/);
      });

      await step(t, 'the ledger has the entry, with everything it stands on', async () => {
        await statistician.goto('/ledger?stage=claimed');
        await axe(statistician);
        await turn(statistician, () => statistician.getByRole('link', { name: FIRM }).first().click());
        const entry = await statistician.locator('main').innerText();
        assert.match(entry, /双随机抽查[\s\S]*2026 年第 9 批双随机/);
        assert.ok(entry.includes(round.number));
        await axe(statistician);
      });

      await step(t, 'each number is the count of the entries behind it', async () => {
        const now = await numbers(statistician);
        assert.equal(now.待确认.value, before.待确认.value + 1);
        assert.equal(now.净减少入企检查.value, before.净减少入企检查.value);
        await axe(statistician);
        for (const [name, { value, href }] of Object.entries(now)) {
          await statistician.goto(href);
          assert.equal(await total(statistician), value, `${name} does not agree with its entries`);
        }
      });

      await step(t, 'the spreadsheets have the same entries', async () => {
        const { status, headers, bytes } = await download(statistician, '/ledger.csv?stage=claimed');
        assert.equal(status, 200);
        assert.match(headers['content-type'], /^text\/csv/);
        const rows = bytes.toString('utf8').trim().split(/\r?\n/);
        assert.match(rows[0], /企业/);
        const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
        const mine = rows.filter((row) => row.includes(FIRM) && row.includes(today) && row.includes(ITEM));
        assert.ok(mine.length >= 1, `no row of ${FIRM} of ${today}`);
        await statistician.goto('/ledger?stage=claimed');
        assert.equal(rows.length - 1, await total(statistician));

        const sheet = await download(statistician, '/ledger.xlsx?stage=claimed');
        assert.equal(sheet.bytes.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
      });
    });

    // Neither has anything on it that scripts would change.
    if (javaScript) return;

    test('an agency sees its own entries, an enterprise none', async (t) => {
      const head = await enter(t, portal, 'head2', { javaScript: false });
      await head.goto('/ledger');
      const agencies = await head.getByRole('row').locator('td:nth-of-type(1)').allInnerTexts();
      assert.ok(agencies.length > 0);
      for (const agency of agencies) assert.match(agency, /长春市应急管理局/);
      const owner = await enter(t, portal, 'owner12', { javaScript: false });
      for (const address of ['/ledger', '/ledger.csv', '/dashboard']) {
        const answer = await owner.context().request.get(address);
        assert.ok([403, 404].includes(answer.status()), `${address} answered ${answer.status()}`);
      }
    });
  });
}

/** The counts on the dashboard, each with the address of what is behind it. */
async function numbers(/** @type {import('playwright-core').Page} */ page) {
  await page.goto('/dashboard');
  /** @type {Record<string, { value: number, href: string }>} */
  const found = {};
  for (const name of ['净减少入企检查', '待确认', '已冲回']) {
    const stat = page.locator('.stat').filter({ has: page.getByText(name, { exact: true }) }).first();
    const value = Number((await stat.locator('.stat-number').innerText()).replaceAll(',', ''));
    found[name] = { value, href: (await stat.getByRole('link').getAttribute('href')) ?? '' };
  }
  return found;
}

/** How many entries a list says it has; a list that is empty has none. */
async function total(/** @type {import('playwright-core').Page} */ page) {
  const text = await page.locator('main').innerText();
  return Number(/共 ([\d,]+) 条/.exec(text)?.[1].replaceAll(',', '') ?? 0);
}
