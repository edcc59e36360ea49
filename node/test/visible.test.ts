import { expect, test } from 'vitest'
import { statusText } from '../src/commands/status.ts'
import { peerNames } from '../src/peer-names.ts'
import { coloursFor } from '../src/print/colours.ts'
import { outcomeText } from '../src/print/outcome-text.ts'
import { table } from '../src/print/table.ts'
import { visible, visibleData, visibleLine, visibleOutput } from '../src/print/visible.ts'

const hostile = 'a\u001b[2J\u001b]0;title\u0007b\rc\u009b31md\u202ee\u007f'
const shown = 'a\\u001b[2J\\u001b]0;title\\u0007b\\u000dc\\u009b31md\\u202ee\\u007f'

test('what a terminal would obey is shown, and what is text stays', () => {
  expect(visible(hostile)).toBe(shown)
  expect(visible('two\nlines\tand grüße 漢字 🙂')).toBe('two\nlines\tand grüße 漢字 🙂')
  expect(visibleLine('one\nfake row\tx')).toBe('one\\nfake row\\tx')
})

test('data is shown so in all of its texts, keys included, and is otherwise the same', () => {
  const data = { [hostile]: [hostile, 1, null, undefined], nested: { text: hostile, bytes: new Uint8Array([27]) } }
  expect(visibleData(data)).toEqual({
    [shown]: [shown, 1, null, undefined],
    nested: { text: shown, bytes: new Uint8Array([27]) },
  })
})

test('output keeps colours of our own and nothing else; JSON stays the same JSON', () => {
  const colours = coloursFor(true, {})
  const ours = colours.red(`x${colours.bold('y')}`)
  expect(visibleOutput(ours)).toBe(ours)
  expect(visibleOutput(`${ours}${hostile}`)).toBe(`${ours}${shown}`)
  const json = JSON.stringify({ name: hostile })
  expect(JSON.parse(visibleOutput(json))).toEqual({ name: hostile })
})

test('names and messages of others are shown so wherever they are printed', () => {
  const colours = coloursFor(true, {})
  const names = peerNames([{ id: '12D3KooWabcd', name: `${hostile}\nrow` }])
  expect(names('12D3KooWabcd')).toBe(`${shown}\\nrow`)
  const outcome = { kind: 'failed', code: 'exit', message: '\u001b[31mred', runMs: 1, attempts: [] } as never
  expect(outcomeText(outcome, 'host', coloursFor(false, {}))).toBe('failed on host: \\u001b[31mred')
  const status = {
    self: 'p',
    name: '\u001b[31mx',
    mesh: 'm',
    role: 'host',
    version: '1',
    incarnation: 1,
    uptimeMs: 1,
    addresses: [],
    offer: { capacity: {} },
    free: {},
    peers: { alive: 1, suspect: 0, dead: 0 },
    tasks: {},
    keeping: { members: 3, keepers: 3, custodians: 3, here: true, heardFromMajority: false },
    drain: { state: 'off' },
    stragglers: [],
    rebalance: { on: false, pressure: { code: 'overload', detail: '\u001b[31mlate', forMs: 2_000, moved: 3 } },
    limits: { memory: 'cgroup-v2', cpu: 'nothing', processes: 'watchdog', reason: 'no \u001b[31mpids' },
    audit: { breaches: [{ code: 'over-capacity', resource: 'cpuMilli\u001b', seen: 2, allowed: 1 }], breachesEver: 1 },
    store: { ok: false, code: 'disk-full', message: 'No room.' },
    counters: {},
  } as never
  expect(statusText(status, colours)).toContain('\\u001b[31mx')
  expect(statusText(status, colours)).toContain('a majority of members (2 of 3)')
  expect(statusText(status, colours)).toContain('disk-full: No room. It takes no new tasks')
  expect(statusText(status, colours)).toContain('overload for 2 s, so it takes nothing: \\u001b[31mlate')
  expect(statusText(status, colours)).toContain('off: nothing moves by itself')
  expect(statusText(status, colours)).toContain('no \\u001b[31mpids')
  expect(table([{ title: 'a' }], [['one\ntwo']])).toBe('a\none\\ntwo')
})
