import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import type { TaskDetail } from '@souk/client'
import { type Instance, render } from 'ink'
import { createElement } from 'react'
import { afterEach, expect, test } from 'vitest'
import { coloursFor } from '../../src/print/colours.ts'
import { TopApp } from '../../src/top/top-app.ts'
import type { TopData } from '../../src/top/top-data.ts'
import { task, topData } from './fixtures.ts'

let app: Instance | undefined
afterEach(() => app?.unmount())

/** A terminal of a size, and what stands on it after its last frame. */
class Screen {
  readonly stdout = Object.assign(new PassThrough(), { columns: 80, rows: 24, isTTY: true })
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => {},
    ref: () => {},
    unref: () => {},
  })
  #frame = ''

  constructor() {
    this.stdout.on('data', (data: Buffer) => {
      const text = stripVTControlCharacters(data.toString())
      if (text.includes('souk lab')) this.#frame = text
    })
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.stdout, { columns, rows })
    this.stdout.emit('resize')
  }

  lines(): string[] {
    return this.#frame.trimEnd().split('\n')
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.lines().join('\n'), { timeout: 10_000 }).toMatch(text)
  }
}

function start(looks: TopData[], asked: string[] = [], task?: () => Promise<never>): Screen {
  const screen = new Screen()
  const client = {
    task: async (id: string) => {
      asked.push(`open ${id}`)
      if (task) return await task()
      throw new Error('nobody knows it')
    },
    cancel: async (id: string) => {
      asked.push(`cancel ${id}`)
      return 'cancelled' as const
    },
  }
  const feed = { look: async () => (looks.length > 1 ? looks.shift()! : looks[0]!) }
  const options = { client: client satisfies { task(id: string): Promise<TaskDetail> }, feed, first: looks[0]! }
  app = render(createElement(TopApp, { ...options, colours: coloursFor(false, {}), everyMs: 20 }), {
    stdout: screen.stdout as unknown as NodeJS.WriteStream,
    stdin: screen.stdin as unknown as NodeJS.ReadStream,
    patchConsole: false,
    debug: true,
  })
  return screen
}

test('what is seen is drawn, again when it changes, and in another size', async () => {
  const screen = start([topData(), topData({ tasks: [task('zzz', { name: 'came later' })] })])
  await screen.shows('came later')
  screen.resize(60, 14)
  await expect.poll(() => screen.lines().length, { timeout: 10_000 }).toBe(14)
  expect(screen.lines().every((line) => line.length <= 60)).toBe(true)
})

test('a task is cancelled by key, after a question; what cannot be opened says why', async () => {
  const asked: string[] = []
  const screen = start([topData()], asked)
  await screen.shows('work aaa')
  screen.stdin.write('c')
  await screen.shows('y / n')
  screen.stdin.write('y')
  await screen.shows('aaa00000: cancelled')
  screen.stdin.write('\r')
  await screen.shows('nobody knows it')
  expect(asked).toEqual([`cancel ${task('aaa').id}`, `open ${task('aaa').id}`])
})

test('what is answered late of one task does not stand under the next', async () => {
  const looks = [topData()]
  const answers = [Promise.withResolvers<never>(), Promise.withResolvers<never>()]
  const promises = answers.map(({ promise }) => promise)
  const screen = start(looks, [], () => promises.shift()!)
  await screen.shows('work aaa')
  screen.stdin.write('\r')
  await screen.shows('asking the peers')
  screen.stdin.write('q')
  await screen.shows('work aaa')
  screen.stdin.write('j')
  await screen.shows(/> {2}bbb/)
  screen.stdin.write('\r')
  answers[1]!.reject(new Error('nobody knows bbb'))
  await screen.shows('nobody knows bbb')
  answers[0]!.reject(new Error('nobody knows aaa'))
  looks.push(topData({ peers: [] }))
  await screen.shows('0 peers')
  expect(screen.lines().join('\n')).toContain('nobody knows bbb')
})

test('q ends it', async () => {
  const screen = start([topData()])
  await screen.shows('work aaa')
  screen.stdin.write('q')
  await app!.waitUntilExit()
})
