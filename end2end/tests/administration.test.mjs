// The three separated administrators, and the person whose account it is: nobody comes in by one of them alone, and
// who lost the password comes back without anybody else knowing the new one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { axe, newPage } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { errors, form, heading, send, step, turn } from '../fixtures/steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

const DESK = /** @type {const} */ ({ width: 'desk', javaScript: false });
const PHONE = /** @type {const} */ ({ width: 'phone', javaScript: false });
const PERSON = { name: '孙立新', login: 'scjg-sunlx' };
const FIRST = 'Jingyue-31-Tan';
const OWN = 'Nanhu-46-Gongyuan';
const LATER = 'Beihu-58-Shidi';

describe('administrators', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('an account is created, granted, used, reset and closed', async (t) => {
    const [system, security, audit] = await Promise.all(
      ['sysadmin', 'secadmin', 'auditor'].map((who) => enter(t, portal, who, DESK)),
    );
    const person = await newPage(t, { portal, ...PHONE });
    let account = '';

    await step(t, 'created, and of no use yet', async () => {
      await system.goto('/admin/accounts/new');
      await send(system, 'admin/account/create', { name: PERSON.name, role: 'statistician', login: 'sun lx', password: 'short' });
      assert.equal((await errors(system)).length, 3, (await errors(system)).join());
      await send(system, 'admin/account/create', { unit: '长春市市场监督管理局', login: PERSON.login, password: FIRST });
      assert.match((await errors(system)).join(), /须属于市或区/, 'a statistician is nobody of an agency');
      await send(system, 'admin/account/create', { role: 'officer', password: FIRST });
      assert.deepEqual(await errors(system), []);
      account = new URL(system.url()).pathname;
      assert.equal(await form(system, 'admin/account/roles').count(), 0, 'who creates does not grant');
      await axe(system);
      await signIn(person, FIRST);
      assert.equal((await errors(person)).length, 1, 'the account waits for its roles');
    });

    await step(t, 'granted, with a certificate', async () => {
      await security.goto(account);
      assert.equal(await form(security, 'admin/account/close').count(), 0, 'who grants does not close');
      await send(security, 'admin/account/roles');
      assert.equal((await errors(security)).length, 2, 'an officer has a certificate with a last day');
      await send(security, 'admin/account/roles', { certificate: '吉A-20260517', valid_to: '2029-05-31' });
      assert.deepEqual(await errors(security), []);
      await axe(security);
    });

    await step(t, 'the first login sets an own password', async () => {
      await signIn(person, FIRST);
      await setsOwn(person, FIRST, OWN);
      // The page that was asked for first is reached now.
      await person.goto('/review');
      assert.equal(await heading(person), '在线审核');
    });

    let temporary = '';
    await step(t, 'a lost password is reset, and the temporary one is shown once', async () => {
      await security.goto(account);
      await send(security, 'admin/account/password/reset');
      const told = await security.locator('main').innerText();
      [, temporary = ''] = /临时密码：([^。\s]+)/.exec(told) ?? [];
      assert.ok(temporary.length >= 10, told);
      await axe(security);
      await security.reload();
      assert.ok(!(await security.content()).includes(temporary));
      // Whoever had logged in with the old one is out.
      await person.goto('/review');
      assert.equal(new URL(person.url()).pathname, '/login');
      await signIn(person, OWN);
      assert.match((await errors(person)).join(), /账号或密码不正确/);
      await signIn(person, temporary);
      await setsOwn(person, temporary, LATER);
    });

    await step(t, 'closed by who created it', async () => {
      await system.goto(account);
      await send(system, 'admin/account/close');
      await person.goto('/review');
      assert.equal(new URL(person.url()).pathname, '/login');
      await signIn(person, LATER);
      assert.equal((await errors(person)).length, 1);
    });

    await step(t, 'an enterprise keeps an owner, and is handed over', async () => {
      const find = async (/** @type {Page} */ page, /** @type {string} */ login) => {
        await page.goto(`/admin/accounts?q=${login}`);
        await turn(page, () => page.locator('main a[href^="/admin/accounts/"]:not([href$="/new"])').first().click());
        return new URL(page.url()).pathname;
      };
      const owner = await find(system, 'owner2');
      await send(system, 'admin/account/close');
      assert.match((await errors(system)).join(), /唯一在用的负责人账号/);
      await find(security, 'operator2');
      await axe(security);
      await send(security, 'admin/account/hand-over');
      assert.match(await security.locator('main').innerText(), /已移交，田甜现在是企业负责人/);
      await axe(security);
      await system.goto(owner);
      await send(system, 'admin/account/close');
      assert.deepEqual(await errors(system), []);
      const successor = await enter(t, portal, 'operator2', { javaScript: false });
      await successor.goto('/enrolments/new');
      assert.equal(new URL(successor.url()).pathname, '/enrolments/new', 'who owns it applies for it');
    });

    await step(t, 'all of it stands in the audit trail, without any password', async () => {
      await audit.goto('/audit');
      const trail = await audit.locator('main').innerText();
      for (const event of ['重置密码', '停用账号', '授予角色', '移交企业']) assert.match(trail, new RegExp(event));
      for (const secret of [FIRST, OWN, LATER, temporary]) assert.ok(!(await audit.content()).includes(secret));
      await send(audit, 'audit/verify');
      await audit.getByText(/核验通过/).waitFor();
      await axe(audit);
    });
  });
});

async function signIn(/** @type {Page} */ page, /** @type {string} */ password) {
  await page.goto('/login');
  await send(page, 'account/login', { login: PERSON.login, password });
}

/** Whose password somebody else knows gets no further than to a new one. */
async function setsOwn(/** @type {Page} */ page, /** @type {string} */ old, /** @type {string} */ own) {
  assert.equal(new URL(page.url()).pathname, '/account/password');
  await page.goto('/todo');
  assert.equal(new URL(page.url()).pathname, '/account/password');
  await axe(page);
  await turn(page, () => page.reload());
  await send(page, 'account/password', { old_password: old, password: own, password_again: own });
  assert.deepEqual(await errors(page), []);
}
