// More evidence: only the lines that were asked for are open again, at most twice, and everything else stays as it was.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpeg } from '../fixtures/files.mjs';
import { axe } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import {
  confirm, errors, fillRound, form, heading, lines, openRound, propose, review, send, sendRound, step, turn, upload,
} from '../fixtures/steps.mjs';

const LINE = '许可证公示';
const REASON = '有效期被反光遮住，请正对证照重拍。';

for (const javaScript of [true, false]) {
  describe(`more evidence, scripts ${javaScript ? 'on' : 'off'}`, () => {
    /** @type {import('../fixtures/server.mjs').Portal} */
    let portal;
    before(async () => {
      portal = await startCity();
    });
    after(async () => portal?.remove());

    test('only what was asked for reopens', async (t) => {
      // What leads to the question is filled in form by form once.
      const quick = { quick: javaScript };
      const owner = await enter(t, portal, 'owner1', { width: 'phone', javaScript });
      const officer = await enter(t, portal, 'officer1', { javaScript });
      const second = await enter(t, portal, 'officer2', { javaScript });
      const round = await openRound(owner);
      await fillRound(owner, round.address, {}, quick);
      const every = await lines(await at(owner, round.address));
      await sendRound(owner, round.address);

      await review(officer, round.id, { [LINE]: { verdict: 'unclear', reason: REASON } }, quick);
      await officer.goto(`/review/${round.id}`);
      await axe(officer);
      await send(officer, 'review/more');
      assert.deepEqual(await errors(officer), []);

      await step(t, 'the enterprise sees which line, why and until when', async () => {
        await owner.goto('/todo');
        await owner.getByRole('link', { name: `补充自查材料 ${round.number}` }).click();
        await owner.waitForURL(`**${round.address}`);
        const asked = inState(owner, '需补充');
        assert.deepEqual(await asked.locator('a').allInnerTexts(), [LINE]);
        assert.equal(await inState(owner, '无需补充').count(), every.length - 1);
        await owner.getByText('补充材料通知书').waitFor();
        await axe(owner);
      });

      await step(t, 'the other lines are closed, also past their pages', async () => {
        for (const line of every) {
          await owner.goto(line);
          const open = (await heading(owner)) === LINE;
          assert.equal(await form(owner, 'case/answer').count(), open ? 1 : 0);
        }
        const closed = every[every.length - 1];
        const [, , id, , line] = closed.split('/');
        const request = owner.context().request;
        const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };
        const answer = await request.post('/api/case/answer', { form: { case: id, line, answer: 'does_not', note: 'x' }, headers });
        assert.equal(answer.status(), 422);
        const late = { name: 'late.jpg', mimeType: 'image/jpeg', buffer: jpeg().bytes };
        const sent = await request.post(`/upload/case/${id}/${line}`, { multipart: { files: late }, headers });
        assert.equal(sent.status(), 422);
      });

      await step(t, 'sending nothing new is told; sending more works', async () => {
        await owner.goto(`${round.address}/check`);
        await send(owner, 'case/submit');
        assert.match(await owner.locator('.error-summary').innerText(), new RegExp(`${LINE}[\\s\\S]*目前还没有新的材料或说明`));
        await owner.locator('.error-summary a').first().click();
        await owner.getByText(REASON).waitFor();
        await axe(owner);
        await upload(owner, 'upload', [jpeg({ name: '重拍.jpg' })]);
        await sendRound(owner, round.address);
      });

      await step(t, 'the officer sees what is new, and it is decided', async () => {
        await officer.goto(`/review/${round.id}`);
        await officer.getByText('第 1 次补充').first().waitFor();
        assert.equal(await officer.locator('.evidence-name').first().innerText(), '重拍.jpg');
        await review(officer, round.id, { [LINE]: { verdict: 'accepted' } }, { quick: true });
        await propose(officer, round.id, 'no_issue');
        await confirm(second, round.id);
        await owner.goto(round.address);
        await owner.getByText('未发现问题').first().waitFor();
      });
    });

    // The same pages once more.
    if (javaScript) return;

    test('after two rounds there is no third, but a visit can be proposed', async (t) => {
      const owner = await enter(t, portal, 'owner2', { javaScript: false });
      // This one was asked once already.
      const round = await openRound(owner);
      await fillRound(owner, round.address, {}, { quick: true });
      for (const line of await lines(await at(owner, round.address))) {
        await owner.goto(line);
        if ((await form(owner, 'case/answer').count()) > 0) await upload(owner, 'upload', [jpeg()]);
      }
      await sendRound(owner, round.address);
      // Whoever asked has it on the desk again.
      const asker = await whoHas(t, portal, round.id);
      const asked = { verdict: /** @type {const} */ ('insufficient'), reason: '仍看不清日期，请补拍。' };
      await asker.goto(`/review/${round.id}`);
      const first = await asker.locator('.evidence-head h2').innerText();
      await review(asker, round.id, { [first]: asked }, { quick: true });
      await asker.goto(`/review/${round.id}`);
      await send(asker, 'review/more');
      assert.deepEqual(await errors(asker), []);

      await owner.goto(round.address);
      await turn(owner, () => inState(owner, '需补充').locator('a').click());
      await upload(owner, 'upload', [jpeg()]);
      await sendRound(owner, round.address);
      await review(asker, round.id, { [first]: asked }, { quick: true });
      await asker.goto(`/review/${round.id}`);
      assert.equal(await form(asker, 'review/more').count(), 0);
      await asker.getByText('已用完 2 次补充机会').waitFor();
      await axe(asker);
      await send(asker, 'review/on-site', { on_site_reason: 'insufficient_after_rounds', on_site_note: '两次补充后仍看不清有效期。' });
      assert.deepEqual(await errors(asker), []);

      const head = await enter(t, portal, 'head1', { javaScript: false });
      await head.goto('/todo');
      await head.getByRole('link', { name: `审批转现场检查 ${round.number}` }).click();
      await head.goto(`/review/${round.id}`);
      await axe(head);
      await head.getByRole('button', { name: '批准转现场' }).click();
      await owner.goto(round.address);
      await owner.getByText('本件转为现场检查').waitFor();
      await owner.getByText('转现场检查审批表').waitFor();
      await axe(owner);
    });
  });
}

/** The lines of a round that are in a state, by its whole word: 需补充 is a part of 无需补充. */
function inState(/** @type {import('playwright-core').Page} */ page, /** @type {string} */ word) {
  return page.locator('.task').filter({ has: page.getByText(word, { exact: true }) });
}

/** The page at an address. */
async function at(/** @type {import('playwright-core').Page} */ page, /** @type {string} */ address) {
  await page.goto(address);
  return page;
}

/**
 * A page of the officer on whose desk a case lies.
 *
 * @param {import('node:test').TestContext} t
 * @param {{ url: string }} portal
 * @param {string} id
 */
async function whoHas(t, portal, id) {
  for (const who of ['officer1', 'officer2', 'scjg-zhou']) {
    const page = await enter(t, portal, who, { javaScript: false });
    await page.goto(`/review/${id}`);
    if ((await form(page, 'review/line').count()) > 0) return page;
  }
  throw new Error('nobody has the case on the desk');
}
