import { afterEach, expect, test } from 'vitest'
import { closeAll, open, serve, tokens } from './fixture.ts'

afterEach(closeAll)

test('a peer is told to drain, with its deadline, says how far it is, and is told to take work again', async () => {
  const a = await serve()
  const { client } = await open([a])
  expect(await client.drain({ deadlineMs: 60_000 })).toMatchObject({ state: 'draining', forMs: 0, handedOver: 0 })
  expect((await client.status()).drain.state).toBe('draining')
  expect(await client.undrain()).toMatchObject({ state: 'off' })
  expect(await client.drain()).toMatchObject({ state: 'draining' })
  const told = a.peer.inputs.filter(({ type }) => type === 'drain')
  expect(told).toEqual([
    { type: 'drain', on: true, deadlineMs: 60_000 },
    { type: 'drain', on: false },
    { type: 'drain', on: true },
  ])
})

test('it answers once that is on disk, so that a kill right after the answer undoes nothing', async () => {
  const a = await serve()
  const { client } = await open([a])
  for (const tell of [() => client.drain(), () => client.undrain()]) {
    let write = (_: undefined): void => {}
    let answered = false
    const asked = new Promise<void>((resolve) => {
      a.peer.written = () => {
        resolve()
        return new Promise((settle) => {
          write = settle
        })
      }
    })
    const answer = tell().then(() => {
      answered = true
    })
    await Promise.race([asked, answer])
    // Whatever it had answered by now would be here before this.
    await client.status()
    expect(answered).toBe(false)
    write(undefined)
    await answer
  }
})

test('where it cannot be written it says what holds now, what a restart may bring, and what to do', async () => {
  const a = await serve()
  const { client } = await open([a])
  a.peer.written = async () => ({ code: 'disk-full', message: 'no room.' })
  const message =
    'it drains, but that is not on its disk: no room. After a restart it may take work again. Mend that (souk doctor), then say it once more'
  await expect(client.drain()).rejects.toMatchObject({ code: 'disk-full', status: 507, message })
  await expect(client.undrain()).rejects.toMatchObject({ message: expect.stringContaining('may drain again') })
  expect(await client.drain({ leaving: true })).toMatchObject({ state: 'draining' })
})

test('says how work is spread, for whoever may read', async () => {
  const a = await serve()
  const { client } = await open([a])
  const seen = await client.balance()
  expect(seen).toMatchObject({ windowMs: 30_000, waiting: 0, strategy: { strategy: 'none', code: 'nothing-waits' } })
  expect(seen.hosts).toMatchObject([{ peer: a.peer.self, draining: false, running: 0 }])
  expect(seen.hosts[0]!.utilisation).toContainEqual({ resource: 'cpu', used: 0, capacity: 4, share: 0 })
})

test('a plan is carried out for whoever may drain, and shows in the next balance', async () => {
  const a = await serve()
  const { client } = await open([a])
  const applied = await client.applyBalance()
  expect(applied).toMatchObject({ moves: [], predicted: { after: { tasks: 0 } }, real: { started: 0, waiting: 0 } })
  const seen = await client.balance()
  expect(seen).toMatchObject({ applied: { at: applied.at }, rebalance: { on: true } })
  const { client: observer } = await open([a], { token: tokens.observe })
  await expect(observer.applyBalance()).rejects.toMatchObject({ code: 'role-insufficient' })
})

test('a deadline that is none is refused, and nothing drains', async () => {
  const a = await serve()
  const { client } = await open([a])
  await expect(client.drain({ deadlineMs: -1 })).rejects.toMatchObject({ code: 'request-invalid' })
  expect((await client.status()).drain.state).toBe('off')
})
