// Officers among themselves: a case changes hands, an outcome comes back, a visit is approved, an item gets a new
// version, a visit is planned and made.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { axe } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  errors, fillRound, form, heading, openRound, review, send, sendRound, step, tick, turn,
} from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

describe('desk', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('a case changes hands, comes back, keeps its version, and goes on site', async (t) => {
    const [owner, first, second, head] = await Promise.all([
      enter(t, portal, 'owner1', { javaScript: false }),
      enter(t, portal, 'officer1', { javaScript: false }),
      enter(t, portal, 'officer2'),
      enter(t, portal, 'head1', { javaScript: false }),
    ]);
    const round = await openRound(owner);
    await fillRound(owner, round.address);
    await sendRound(owner, round.address);
    const address = `/review/${round.id}`;

    await step(t, 'taken over', async () => {
      await first.goto(address);
      await send(first, 'review/take');
      assert.equal(await form(first, 'review/line').count(), 1);
      // The colleague sees who has it, and cannot write.
      await second.goto(address);
      await second.getByText('张敏正在审核本件').waitFor();
      assert.equal(await form(second, 'review/line').count(), 0);
      await send(second, 'review/take-over');
      assert.deepEqual(await errors(second), ['请填写理由。']);
      await send(second, 'review/take-over', { take_over_reason: '张敏外出培训一周' });
      assert.equal(await form(second, 'review/line').count(), 1);
      // What the first officer was writing is refused and not lost.
      await send(first, 'review/line', { verdict: 'insufficient', reason: '请补拍证照全景' });
      assert.equal((await errors(first)).length, 1);
      assert.match(await first.locator('.left-over').innerText(), /请补拍证照全景/);
      assert.equal(await form(first, 'review/line').count(), 0);
      await axe(first);
    });

    await step(t, 'an outcome comes back', async () => {
      await review(second, round.id);
      // Nothing was found, so the only outcome that fits stands ready.
      await second.goto(`${address}/outcome`);
      await send(second, 'review/propose', { note: '照片都清楚' });
      assert.deepEqual(await errors(second), []);
      assert.equal(await form(second, 'review/confirm').count(), 0, 'nobody confirms what is their own');
      await first.goto(`${address}/outcome`);
      await send(first, 'review/disagree');
      assert.deepEqual(await errors(first), ['请填写理由。']);
      await send(first, 'review/disagree', { disagree_reason: '健康证的日期看不清，请再看一遍' });
      for (const place of [address, `${address}/outcome`]) {
        await second.goto(place);
        assert.match(await second.locator('main').innerText(), /张敏复核不同意，已退回\s+健康证的日期看不清，请再看一遍/);
      }
    });

    await step(t, 'a new version of the item leaves the case as it is', async () => {
      await head.goto('/agency/items');
      await turn(head, () => head.getByRole('link', { name: '餐饮服务食品安全检查' }).click());
      const home = new URL(head.url()).pathname;
      await turn(head, () => head.locator(`a[href="${home}/edit"]`).click());
      const line = await head.locator('[name=lines]').first().inputValue();
      const field = head.locator(`[name="line.${line}.title"]`);
      const title = await field.inputValue();
      await head.locator(`[id="line.${line}"] summary`).first().click();
      // A wrong draft keeps everything; a right one shows what differs, and only that.
      await send(head, 'item/write', { [`line.${line}.title`]: `${title}（新）`, yearly_cap: '很多' });
      assert.equal((await errors(head)).length, 1);
      assert.equal(await field.inputValue(), `${title}（新）`);
      await send(head, 'item/write', { yearly_cap: '2' });
      const changes = await head.locator('table').first().innerText();
      assert.match(changes, new RegExp(`检查项：${title}（新）`));
      assert.doesNotMatch(changes, /（新增）|（删除）/);
      await axe(head);
      await send(head, 'item/publish');
      await head.goto(home.replace('/agency', ''));
      assert.match(await head.locator('main').innerText(), new RegExp(`${title}（新）`));
      await second.goto(address);
      const lines = (await second.locator('.lines').allInnerTexts()).join();
      assert.match(lines, new RegExp(title));
      assert.doesNotMatch(lines, /（新）/);
    });

    await step(t, 'the head declines a visit with a reason, then approves it', async () => {
      // A visit needs a reason, as a choice and in words, and a head who is somebody else.
      const proposal = { on_site_reason: 'doubtful', on_site_note: '照片与登记地址不符' };
      await send(second, 'review/on-site', { on_site_note: proposal.on_site_note });
      assert.deepEqual(await errors(second), ['请选择一个理由。']);
      assert.equal(await second.locator('[name=on_site_note]').inputValue(), proposal.on_site_note);
      await send(second, 'review/on-site', proposal);
      assert.equal(await form(second, 'review/on-site-approve').count(), 0, 'an officer does not approve');
      await head.goto(address);
      assert.match(await head.locator('.desk-decision').innerText(), /照片与登记地址不符/);
      await axe(head);
      await send(head, 'review/on-site-decline');
      assert.deepEqual(await errors(head), ['请填写理由。']);
      await send(head, 'review/on-site-decline', { decline_reason: '先请企业补拍门头照片' });
      await second.goto(address);
      assert.match(await second.locator('.desk-decision').innerText(), /赵永红未批准转现场\s+先请企业补拍门头照片/);
      await send(second, 'review/on-site', proposal);
      await head.goto(address);
      await send(head, 'review/on-site-approve');
      // It is told on paper, and the visit that it stood in for is due again.
      await head.goto(`${address}/outcome`);
      assert.match(await head.locator('main').innerText(), /转现场检查审批表/);
      await head.goto('/agency/visits?stage=open');
      assert.match(await head.locator('table').innerText(), /老味道饺子馆/);
      await axe(head);
    });
  });

  test('a visit is planned, made and recorded', async (t) => {
    const head = await enter(t, portal, 'head1', { javaScript: false });
    const officer = await enter(t, portal, 'officer1');

    // Nobody can stay away from an enterprise that has not applied: its visit has to take place.
    await head.goto('/agency/visits/plan?q=硅谷咖啡馆');
    await turn(head, () => head.locator('main a[href*="enterprise="]').first().click());
    await send(head, 'visit/plan', { reference: '2026年双随机抽查第77号' });
    assert.equal((await errors(head)).length, 3);
    assert.equal(await head.locator('[name=reference]').inputValue(), '2026年双随机抽查第77号');
    const boxes = await head.locator('[name=items]').all();
    for (const box of boxes.slice(0, 2)) await tick(box);
    await send(head, 'visit/plan', { reason: 'random_draw', until: '2027-03-01' });
    assert.deepEqual(await errors(head), []);
    await head.goto('/agency/visits?stage=open');
    const row = (/** @type {Page} */ page) => page.locator('tbody tr').filter({ hasText: '抽查第77号' });
    assert.match(await row(head).innerText(), /硅谷咖啡馆[\s\S]*待安排/);

    await officer.goto('/agency/visits?stage=open');
    await turn(officer, () => row(officer).getByRole('link', { name: /登记现场检查/ }).click());
    assert.equal(await officer.locator('[name=items]:checked').count(), 2, 'what was planned is chosen');
    await officer.locator('[name=clock]').fill('');
    await turn(officer, () => officer.locator('form[method=get] button[type=submit]').last().click());
    assert.equal((await errors(officer)).length, 1);
    await officer.locator('[name=clock]').fill('00:01');
    await turn(officer, () => officer.locator('form[method=get] button[type=submit]').last().click());
    assert.equal(await heading(officer), '登记现场检查');
    await axe(officer);
    await send(officer, 'visit/record');
    assert.equal((await errors(officer)).length, 1);
    await send(officer, 'visit/record', { note: '两名执法人员到场，未发现问题。' });
    await officer.goto('/agency/visits');
    assert.match(await row(officer).innerText(), /已现场检查/);
    await axe(officer);
  });

  test('beyond the yearly cap a visit needs a ground in law', async (t) => {
    const head = await enter(t, portal, 'head1', { javaScript: false });
    await head.goto('/agency/visits/plan?q=硅谷咖啡馆');
    await turn(head, () => head.locator('main a[href*="enterprise="]').first().click());
    const address = head.url();
    const item = await head.locator('[name=items]').first().getAttribute('value') ?? '';
    const visit = { items: [item], reason: 'random_draw', until: '2027-03-01' };
    // As often as the cap allows.
    for (let times = 0; ; times += 1) {
      assert.ok(times < 4, 'the cap is never reached');
      await send(head, 'visit/plan', { ...visit, reference: '超出上限的检查' });
      if ((await errors(head)).length > 0) break;
      await head.goto(address);
    }
    assert.match((await errors(head)).join(), /上限 \d 次[\s\S]*没有法定理由的，不得检查/);
    assert.equal(await head.locator('[name=reference]').inputValue(), '超出上限的检查');
    await axe(head);
    await send(head, 'visit/plan', { ground: 'clue' });
    assert.deepEqual(await errors(head), []);
    await head.goto('/agency/visits?stage=open');
    assert.match(await head.locator('table').innerText(), /超出上限的检查/);
  });
});
