import { expect, test } from 'vitest'
import { peerNames } from '../src/peer-names.ts'
import { milliText } from '../src/print/amount-text.ts'
import { helpLines } from '../src/print/help-text.ts'
import { reasonLine } from '../src/print/reason-text.ts'
import { refusalsText } from '../src/print/refusal-text.ts'

const names = peerNames([{ id: 'a', name: 'oak' }])
/** a device of 80 GiB, which reads as 85.9 GB */
const device = 80 * 2 ** 30

test('what would help can be asked for as it is written: no amount is rounded up', () => {
  const help = { code: 'ask-less' as const, hosts: 1, peers: ['a'] }
  const lines = helpLines(
    [
      { ...help, what: 'gpuMemoryBytes', atMost: device },
      { ...help, what: 'memoryBytes', atMost: 999_999 },
      { ...help, what: 'cpuMilli', atMost: 1250 },
    ],
    names,
  )
  expect(lines).toEqual([
    'ask for 85.8 GB GPU memory or less (--gpu-memory): fits on 1 host (oak)',
    'ask for 999 kB memory or less (--mem): fits on 1 host (oak)',
    'ask for 1.25 cpu or less (--cpu): fits on 1 host (oak)',
  ])
})

test('what is too little reads as less than what is needed', () => {
  const shortage = { resource: 'gpuMemoryBytes', available: device, needed: 85.9e9 }
  const reason = { code: 'too-large', never: true, peers: 1, shortage, detail: '' }
  expect(reasonLine(reason, 3)).toBe('1 of 3: 85899345920 B GPU memory < 85900000000 B GPU memory, never')
  const detail = `memoryBytes: ${16e9 + 1} needed, ${16e9} there`
  const refused = [{ peer: 'a', refusal: { code: 'too-large' as const, never: true, detail } }]
  expect(refusalsText({ refusals: {}, refused }, names)).toContain(
    '16000000001 B memory needed, it has 16000000000 B memory; never',
  )
})

test('thousandths of a CPU are told as they were asked for', () => {
  expect([2000, 500, 250, 1250, 1].map(milliText)).toEqual(['2', '0.5', '0.25', '1.25', '0.001'])
})

test('hosts are named in one order, whoever asks', () => {
  const both = peerNames([
    { id: 'a', name: 'oak' },
    { id: 'b', name: 'ash' },
  ])
  const refusal = { code: 'too-large' as const, never: true, detail: '' }
  const refused = ['a', 'b'].map((peer) => ({ peer, refusal }))
  expect(refusalsText({ refusals: {}, refused }, both)).toContain('ash, oak')
  expect(helpLines([{ code: 'wait', hosts: 2, peers: ['a', 'b'] }], both)).toEqual([
    'wait: it starts as soon as there is room on 2 hosts (ash, oak)',
  ])
})
