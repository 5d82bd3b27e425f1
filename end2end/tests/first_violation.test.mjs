// A first violation with minor consequences: every condition answered with a reference, a notice that is no warning,
// a promise, and at the end no penalty. The second time is not the first.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { axe } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  confirm, errors, fillRound, form, openRound, planVisit, review, send, sendRound, step, turn, upload,
} from '../fixtures/steps.mjs';

const FIRM = '长春市南关区老味道饺子馆';
const ITEM = '餐饮服务食品安全检查';
const LINE = '从业人员健康证明';
const PROBLEM = { verdict: /** @type {const} */ ('problem_found'), fact: '一名后厨人员健康证明过期两天。', why: '健康状况不明的人员可能污染食品。', days: '10' };

for (const javaScript of [true, false]) {
  describe(`first violation, scripts ${javaScript ? 'on' : 'off'}`, () => {
    /** @type {import('../fixtures/server.mjs').Portal} */
    let portal;
    before(async () => {
      portal = await startCity();
    });
    after(async () => portal?.remove());

    test('conditions, notice, promise, no penalty', async (t) => {
      // What leads to the problem is filled in form by form once.
      const quick = { quick: javaScript };
      const owner = await enter(t, portal, 'owner1', { javaScript });
      const officer = await enter(t, portal, 'officer1', { javaScript });
      const second = await enter(t, portal, 'officer2', { javaScript });
      const round = await openRound(owner);
      await fillRound(owner, round.address, {}, quick);
      await sendRound(owner, round.address);
      await review(officer, round.id, { [LINE]: PROBLEM }, quick);

      await step(t, 'every condition needs an answer and a reference', async () => {
        await officer.goto(`/review/${round.id}/outcome?outcome=first_violation`);
        await officer.getByText('属于初次').first().waitFor();
        await axe(officer);
        const radios = form(officer, 'review/propose-first').locator('input[type=radio][value=yes]');
        const names = await radios.evaluateAll((found) => found.map((radio) => radio.getAttribute('name') ?? ''));
        assert.ok(names.length >= 5, 'three common conditions, those of the entry, and exclusions');
        await send(officer, 'review/propose-first');
        const told = await errors(officer);
        for (const position of names.keys()) assert.ok(told.includes(`第 ${position + 1} 条还没有回答。`), told.join('\n'));
        assert.ok(told.includes('请写明不予处罚的理由。'));
      });

      await step(t, 'a condition that does not hold, or an exclusion that does, rules it out', async () => {
        await send(officer, 'review/propose-first', { ...answers(await names(officer), { holds_1: 'no' }), reason: '初次，后果轻微。' });
        assert.match((await errors(officer)).join(), /“危害后果轻微”不成立/);
        // What was typed is still there.
        assert.equal(await officer.locator('[name=record_1]').inputValue(), RECORD);
        await send(officer, 'review/propose-first', answers(await names(officer), { holds_1: 'yes' }));
      });

      await step(t, 'the second officer sees every answer, and the notice is no warning', async () => {
        await second.goto(`/review/${round.id}/outcome`);
        await second.getByText(RECORD).first().waitFor();
        await axe(second);
        await confirm(second, round.id);
        await owner.goto(round.address);
        await turn(owner, () => owner.getByRole('link', { name: '首违不罚告知书' }).first().click());
        const sheet = owner.locator('.sheet');
        assert.equal(await sheet.locator('.sheet-title').innerText(), '首违不罚告知书');
        assert.match(await sheet.locator('.sheet-number').innerText(), /^长市监首违告〔\d{4}〕\d+号$/);
        await axe(owner);
      });

      await step(t, 'the promise is signed, kept, and nothing is punished', async () => {
        await owner.goto('/todo');
        await turn(owner, () => owner.getByRole('link', { name: '整改问题并上传材料' }).first().click());
        await axe(owner);
        await send(owner, 'finding/promise');
        assert.deepEqual(await errors(owner), ['请阅读承诺并勾选。']);
        await send(owner, 'finding/promise', { promise: 'yes' });
        await owner.getByText('已承诺，待改正').waitFor();
        await upload(owner, 'after', [jpeg({ name: '新健康证.jpg' })]);
        await send(owner, 'finding/resubmit', { note: '已补办健康证明。' });
        await officer.goto(`/review/findings/${new URL(owner.url()).pathname.split('/')[2]}`);
        await send(officer, 'review/finding/verify');
        await owner.reload();
        await owner.getByText('已按期改正，不予处罚。').waitFor();
      });

      await step(t, 'the register has it', async () => {
        await officer.goto('/first-violations');
        const row = officer.getByRole('row').filter({ hasText: FIRM });
        assert.match(await row.first().innerText(), /已改正，不予处罚/);
        await axe(officer);
      });

      // What leads there are the pages of the first time.
      if (javaScript) return;

      await step(t, 'the second time is not the first', async () => {
        const head = await enter(t, portal, 'head1', { javaScript });
        await head.goto(`/agency/visits/plan?q=${encodeURIComponent(FIRM)}`);
        await turn(head, () => head.getByRole('link', { name: FIRM }).click());
        await planVisit(head, ITEM, '2026 年第 9 批双随机');
        const again = await openRound(owner);
        await fillRound(owner, again.address, {}, { quick: true });
        await sendRound(owner, again.address);
        await review(officer, again.id, { [LINE]: PROBLEM }, { quick: true });
        await officer.goto(`/review/${again.id}/outcome?outcome=first_violation`);
        const told = await officer.locator('main').innerText();
        assert.match(told, /台账显示已于 .+ 发现过一次，不属于初次。[\s\S]*台账中有在先记录，这一条目不能适用。/);
        await axe(officer);
        // The page says so before, and the portal to whoever sends it all the same.
        await send(officer, 'review/propose-first', { ...answers(await names(officer), {}), reason: '后果轻微。' });
        assert.deepEqual((await errors(officer)).map((error) => error.replace(/已于 .+ 被/, '已于某日被')), [
          '台账显示该企业已于某日被发现过同类违法行为，本次不属于初次。请选择其他结论。',
        ]);
      });
    });
  });
}

const RECORD = '已查询处罚系统，近十二个月无在先记录。';

/** The names of the yes-or-no answers. */
async function names(/** @type {import('playwright-core').Page} */ page) {
  const radios = form(page, 'review/propose-first').locator('input[type=radio][value=yes]');
  return radios.evaluateAll((found) => found.map((radio) => radio.getAttribute('name') ?? ''));
}

/**
 * Conditions hold, exclusions do not; each with the record that shows it.
 *
 * @param {string[]} names
 * @param {Record<string, string>} other
 */
function answers(names, other) {
  // The two last ones are the exclusions of the entry for health certificates.
  const said = names.flatMap((name, index) => [
    [name, index < names.length - 2 ? 'yes' : 'no'],
    [name.replace('holds', 'record'), RECORD],
  ]);
  return { ...Object.fromEntries(said), ...other };
}
