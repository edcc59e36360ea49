import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Recording, readRecording } from '@souk/wire'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { souk, TestMesh, type TestPeer } from '../e2e/harness.ts'
import { browserPath, launch, seriousFindings, type Visitor, visit, whyNoBrowser } from './browser.ts'
import { seePagesFit, seeViewsFit, seeViewsOnPhone } from './fit-views.ts'
import { freePort } from './free-port.ts'
import { heardAuction } from './heard-auction.ts'
import { showPlan } from './planned-balance.ts'
import { gone, open, seen } from './seen.ts'
import { seeCosts } from './shown-costs.ts'

const firstLoadBytesMax = 200_000
/** forecasts of a class take six spans, and are judged after more; most have passed by then */
const foretoldMsMax = 150_000

test('the first load of the console stays below 200 kB, compressed', () => {
  const folder = join(dirname(inject('program')), 'console')
  const bytes = readdirSync(folder).map((name) => gzipSync(readFileSync(join(folder, name))).byteLength)
  expect(bytes.length).toBeGreaterThan(3)
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(firstLoadBytesMax)
})

if (browserPath === undefined) console.warn(`skipped: tests of the console in a browser; ${whyNoBrowser}`)

const mesh = new TestMesh()
let front: TestPeer
let options: string[]
let browser: Browser
let admin: Visitor
/** a mesh of its own, where an agent is called once a second while the other tests run */
const lone = new TestMesh()
let cedar: TestPeer
let stopDemand: () => Promise<void>

/** The peer that serves the console runs nothing itself: what is submitted there goes out. */
async function startMesh(): Promise<void> {
  options = ['--offer', 'cpu=0,slots=0', '--api-port', String(await freePort())]
  front = await mesh.add('front', options)
  await mesh.add('amber', ['--offer', 'cpu=2,slots=2'])
  await mesh.add('birch', ['--offer', 'cpu=2,slots=2'])
  await mesh.met()
}

/** Calls the agent of this peer once a second until it is told to stop. */
async function demandAt(peer: TestPeer): Promise<() => Promise<void>> {
  const client = await lone.client(peer)
  const agent = await client.agent({ functions: { resize: (n: number) => n }, warm: () => {} })
  const calls = setInterval(() => client.submit({ function: 'resize', args: [1] }), 1_000)
  return async () => {
    clearInterval(calls)
    await agent.close()
  }
}

async function linkFor(role: string, peer: TestPeer = front): Promise<string> {
  const { out } = await souk(['console', '--data', peer.data, '--role', role, '--json'])
  return (JSON.parse(out) as { link: string }).link
}

async function submit(page: Page, command: string): Promise<void> {
  await page.getByRole('button', { name: 'New task' }).click()
  await page.getByLabel('Command').fill(command)
  await page.getByRole('button', { name: 'Submit' }).click()
}

describe.skipIf(browserPath === undefined)('the console of a mesh of three', () => {
  beforeAll(async () => {
    // First: forecasts take spans of demand, which the other tests are to fill; of ten seconds they would not.
    cedar = await lone.add('cedar', ['--offer', 'cpu=2,slots=2', '--demand-span', '2s'])
    stopDemand = await demandAt(cedar)
    await startMesh()
    browser = await launch()
    admin = await visit(browser, await linkFor('admin'))
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await mesh.close()
    await lone.close()
  })

  test('it shows who is there; the link works once, and leaves no code in the address', async () => {
    const { page } = admin
    for (const name of ['front', 'amber', 'birch'])
      await seen(page.getByRole('row', { name: new RegExp(`${name}.*alive`) }))
    // Tasks on their way are drawn over the graph: a layer that is not as large has them fly beside it.
    const [graph, flights] = await Promise.all(['.graph svg', '.flights'].map((of) => page.locator(of).boundingBox()))
    expect(flights).toEqual(graph)
    expect(page.url()).not.toContain('code')
    const used = await linkFor('observe')
    const first = await visit(browser, used)
    await first.context.close()
    const second = await (await browser.newContext()).newPage()
    await second.goto(used)
    await seen(second.getByRole('alert').getByText('used before'))
    await second.context().close()
  })

  test('a task is submitted and watched while it runs', async () => {
    const { page } = admin
    const gate = join(mesh.root, 'go-on')
    await submit(page, `sh -c 'echo step 1; until test -e ${gate}; do sleep 0.1; done; echo step 2'`)
    await seen(page.getByRole('log', { name: 'Output' }).getByText('step 1'))
    await seen(page.getByRole('heading', { name: /running/ }))
    writeFileSync(gate, '')
    await seen(page.getByRole('heading', { name: /succeeded/ }))
    await seen(page.getByRole('log', { name: 'Output' }).getByText('step 2'))
  })

  test('a task that was submitted by a program shows who bid for it, and who won', async () => {
    const { page } = admin
    const name = await heardAuction(await mesh.client(front), 2)
    await open(page, 'Tasks')
    await page.getByRole('row', { name }).getByRole('link', { name }).click()
    await seen(page.getByText('Placed by auction'))
    const bids = page.getByRole('table').filter({ hasText: 'bid of' })
    for (const host of ['amber', 'birch']) await seen(bids.getByRole('row', { name: new RegExp(host) }))
    await seen(bids.getByText('won'))
    await page.getByLabel('Weigh again by').selectOption('pack')
    await seen(page.getByText(/It would have gone to (amber|birch) (all the same|instead)/))
    await page.getByLabel('Weigh again by').selectOption('weights of your own')
    await page.getByLabel('price', { exact: true }).fill('3')
    await seen(page.getByRole('table', { name: /with other weights/ }).getByRole('row', { name: /amber/ }))
    await seen(page.getByRole('listitem').filter({ hasText: /task\.(started|ran).*told by (amber|birch)/ }))
    await open(page, 'Market')
    await seen(page.getByRole('row', { name: /front.*(all-in|good-enough|timeout)/ }))
  })

  test('an export holds what all peers did, and can be read again', async () => {
    const { page } = admin
    await open(page, 'Events')
    await seen(page.getByText('task.submitted'))
    const downloads = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    const read = readRecording(readFileSync(await (await downloads).path(), 'utf8'))
    expect(read).toMatchObject({ ok: true, value: { from: { name: 'front' } } })
    const { events, moments } = (read as { value: Recording }).value
    const tellers = new Set(events.map(({ by }) => by ?? front.peer))
    expect([...tellers].sort()).toEqual(mesh.peers.map(({ peer }) => peer).sort())
    expect(moments.length).toBeGreaterThan(1)
  })

  test('of a peer that nobody has watched yet the events show what it did before', async () => {
    const { page } = await visit(browser, await linkFor('observe', mesh.peers[2]))
    await open(page, 'Events')
    await seen(page.getByText('peer.started'))
    await page.context().close()
  })

  test('another one is cancelled, and the list finds it by its outcome', async () => {
    const { page } = admin
    await submit(page, 'sleep 600')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Stop it for good?' }).click()
    await seen(page.getByRole('heading', { name: /cancelled/ }))
    await open(page, 'Tasks')
    await page.getByRole('button', { name: /^cancelled/ }).click()
    await seen(page.getByRole('row', { name: /sleep 600.*cancelled/ }))
    expect(await page.getByRole('row', { name: /succeeded/ }).count()).toBe(0)
    await page.reload()
    await seen(page.getByRole('row', { name: /sleep 600.*cancelled/ }))
  })

  test('a plan says what moves and why, what stays, and what came of the last one; it is carried out once one is sure', async () => {
    const [, amber, birch] = mesh.peers
    await open(admin.page, 'Balance')
    await seen(admin.page.getByText('Nothing waits'))
    expect(await admin.page.getByRole('button', { name: 'Apply' }).count()).toBe(0)
    for (const role of ['admin', 'observe']) {
      const visitor = await visit(browser, await linkFor(role))
      const { page } = visitor
      await showPlan(page, amber!.peer, birch!.peer)
      await open(page, 'Balance')
      await seen(page.getByRole('row', { name: /3 process\/sleep amber .*birch 9 s idle-beside-queue/ }))
      await seen(page.getByRole('row', { name: /of those that move mean 9 s.* mean 20 ms/ }))
      await seen(page.getByRole('listitem').filter({ hasText: /2 tasks.*no-room/ }))
      await seen(page.getByRole('listitem').filter({ hasText: /on amber: 1 min/ }))
      if (role === 'admin') {
        await seen(page.getByRole('row', { name: /^real mean 45 ms.*1 not begun/ }))
        expect(await seriousFindings(page)).toEqual([])
      }
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByRole('button', { name: 'Move 3 tasks?' }).click()
      // The peer plans anew: of its own tasks none waits.
      await seen(role === 'admin' ? page.getByText('0 tasks handed over').first() : page.getByText('role-insufficient'))
      if (role === 'admin') await seen(page.getByText('Nothing was to be moved any more'))
      expect([visitor.errors, visitor.foreign]).toEqual([[], []])
      // The page asks on and on: what is on its way then has nobody left to answer.
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await visitor.context.close()
    }
  })

  test('every view is fit for people who cannot see or point, in the light and in the dark, and on a phone', async () => {
    const { page } = admin
    for (const colorScheme of ['dark', 'light'] as const) await seeViewsFit(page, colorScheme)
    await seePagesFit(page)
    await seeViewsOnPhone(page)
  })

  test('an observer sees the same, and is refused what changes anything', async () => {
    const observer = await visit(browser, await linkFor('observe'))
    const { page } = observer
    await seen(page.getByText('observer'))
    await submit(page, 'echo hello')
    await seen(page.getByRole('alert').getByText('role-insufficient'))
    expect([observer.errors, observer.foreign]).toEqual([[], []])
    await observer.context.close()
  })

  test('a peer that is killed goes, and comes up among the faults', async () => {
    const { page } = admin
    await open(page, 'Mesh')
    process.kill(mesh.peers[2]!.pid, 'SIGKILL')
    await seen(page.getByRole('row', { name: /birch.*(suspect|dead)/ }))
    await open(page, 'Faults')
    await seen(page.getByRole('listitem').filter({ hasText: /(suspect|dead).*birch/ }))
  })

  test('the serving peer drains, says how far it is, and takes work again', async () => {
    const { page } = admin
    await open(page, 'Mesh')
    await page.getByRole('row', { name: /front/ }).getByRole('link', { name: 'front' }).click()
    await seen(page.getByRole('row', { name: /^roster asks whether others are alive/ }))
    const timers = page.getByRole('table').filter({ hasText: 'asks whether others are alive' })
    const doings = await timers.locator('tbody td:nth-child(2)').allTextContents()
    expect(doings, 'of every machine it is said what it waits for').not.toContain('')
    await page.getByRole('button', { name: 'Drain' }).click()
    await page.getByRole('button', { name: 'Take nothing new here?' }).click()
    await seen(page.getByRole('heading', { name: /draining/ }))
    await page.getByRole('button', { name: 'Take work again' }).click()
    await seen(page.getByRole('heading', { name: /alive/ }))
  })

  test('the page goes on by itself when its peer was restarted', async () => {
    const { page } = admin
    await souk(['down', '--now', '--data', front.data])
    await seen(page.getByText('has not answered'))
    await mesh.start('front', ['up'], options)
    await gone(page.getByText('has not answered'))
    await submitFromMesh(page)
  })

  test('a peer that runs nothing foretells nothing, and says so; another one draws what its agent has to expect', async () => {
    await open(admin.page, 'Forecast')
    await seen(admin.page.getByText('front follows no class yet'))
    const visitor = await visit(browser, await linkFor('observe', cedar))
    const { page, errors, foreign } = visitor
    await open(page, 'Forecast')
    const foretold = page.getByRole('row', { name: /resize.*%.*(shadow|live)/ })
    await foretold.getByRole('link', { name: 'function/resize' }).click({ timeout: foretoldMsMax })
    await seen(page.getByRole('img', { name: /^starts: what was/ }).locator('canvas'))
    await seen(page.getByRole('row', { name: /starts.*to/ }))
    await seen(page.getByText(/on trial: \d+ of \d+ buckets/))
    expect(new URL(page.url()).hash).toContain('class=function')
    await seeCosts(page, 'cedar')
    expect(await seriousFindings(page)).toEqual([])
    await stopDemand()
    expect([errors, foreign]).toEqual([[], []])
    await visitor.context.close()
  }, 240_000)

  test('all along there was no error and no request to anywhere else', () => {
    expect([admin.errors, admin.foreign]).toEqual([[], []])
  })
})

/** The session is the same as before: nobody was asked to log in. */
async function submitFromMesh(page: Page): Promise<void> {
  await open(page, 'Mesh')
  await submit(page, 'echo again')
  await seen(page.getByRole('heading', { name: /echo again/ }))
}
