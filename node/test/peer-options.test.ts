import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { peerArguments } from '../src/commands/up.ts'
import { type PeerOptions, parseAllow, peerSettings } from '../src/peer-options.ts'

const plain: PeerOptions = { listen: '127.0.0.1:0', allow: 'process,function', mdns: true, custody: true }
const at = { cwd: '/', env: {} }

test('a peer allows what it is told to, and nothing else', () => {
  expect(parseAllow('process,function')).toEqual(['process', 'function'])
  expect(parseAllow('function')).toEqual(['function'])
  expect(parseAllow('none')).toEqual([])
  expect(() => parseAllow('procss')).toThrowError(/--allow: 'procss' is none of process, function, none/)
})

test('an address without a port leaves the port to the search for a free one', () => {
  const listen = (text: string) => peerSettings({ ...plain, listen: text }, at).listen
  expect(listen('127.0.0.1')).toEqual({ host: '127.0.0.1', port: undefined })
  expect(listen('127.0.0.1:7171')).toEqual({ host: '127.0.0.1', port: 7171 })
  expect(listen('7171')).toEqual({ host: '0.0.0.0', port: 7171 })
})

test('mistakes name their flag before anything starts', () => {
  const wrong: [Partial<PeerOptions>, RegExp][] = [
    [{ offer: ['cpu=many'] }, /^--offer: .*many/],
    [{ offer: ['mem=8'] }, /^--offer: mem=8 has no unit/],
    [{ apiPort: '99999' }, /^--api-port/],
    [{ listenApi: 'nowhere' }, /^--listen-api/],
    [{ name: 'x'.repeat(65) }, /^--name: .* 65 characters/],
    [{ peer: ['/ip4/10.0.0.2/tcp/7171', '10.0.0.3:7171'] }, /^--peer: '10.0.0.3:7171' is no multiaddr; .*\/ip4\//],
    [{ announce: ['here'] }, /^--announce: 'here' is no multiaddr/],
    [{ functions: ['nowhere.mjs'] }, /^--functions: nowhere.mjs does not exist \(looked for \/nowhere.mjs\)/],
    [{ log: 'loud' }, /^--log: 'loud'/],
    [{ label: ['alone'] }, /^--label/],
    [
      { label: ['zone=a,souk.scaler=local'] },
      /^--label: 'souk.scaler' is reserved, as all names that begin with souk\./,
    ],
    [{ tenantWeight: ['lab=0'] }, /^--tenant-weight: 'lab=0'; a weight is a number from 0.001 to 1000/],
    [{ quota: ['lab'] }, /^--quota: 'lab' is not of the form tenant=cpu:8/],
    [
      { quota: ['lab=ram:8'] },
      /^--quota: 'lab=ram:8' bounds 'ram'; what can be bounded is cpu, mem, disk, gpu, slots, net, tasks, waiting/,
    ],
    [{ quota: ['lab=cpu:-1'] }, /^--quota is '-1', which is negative; needed is an amount/],
    [{ quota: ['lab=tasks:1', 'lab=cpu:1'] }, /^--quota: 'lab' has two quotas/],
    [{ tenantWeight: ['lab'] }, /^--tenant-weight: 'lab' is not of the form key=value/],
    [{ taskLimits: ['disk=1G'] }, /^--task-limits: 'disk' is none of memory, processes, cpu/],
    [{ taskLimits: ['cpu=2'] }, /^--task-limits: cpu is '2'; needed is on or off/],
    [{ taskLimits: ['processes=-1'] }, /^--task-limits: '-1' is not a whole number/],
    [{ objective: ['a=best'] }, /^--objective: 'a=best' is not CLASS=OBJECTIVE; .*balanced, fast/],
    [{ inventory: 'nowhere.json' }, /^--inventory: \/nowhere.json cannot be read/],
    [{ inventory: fileURLToPath(import.meta.url) }, /^--inventory: .*peer-options.test.ts: it is no JSON/],
  ]
  for (const [options, message] of wrong) expect(() => peerSettings({ ...plain, ...options }, at)).toThrowError(message)
})

test('rebalancing is on, with a bound, unless it is said otherwise', () => {
  const of = (options: Partial<PeerOptions>) => peerSettings({ ...plain, ...options }, at).rebalance
  expect(of({})).toEqual({ on: true })
  expect(of({ rebalance: false, movesPerMinute: '20' })).toEqual({ on: false, movesPerMinuteMax: 20 })
  expect(() => of({ movesPerMinute: '100001' })).toThrowError(/^--moves-per-minute/)
  const words = peerArguments({ ...plain, rebalance: false, movesPerMinute: '20' })
  expect(words).toEqual(expect.arrayContaining(['--moves-per-minute', '20', '--no-rebalance']))
  expect(peerArguments(plain)).not.toContain('--no-rebalance')
})

test('limits of commands that ask for nothing', () => {
  const taskLimits = ['memory=2G,cpu=off', 'processes=512']
  const expected = { memoryBytesDefault: 2e9, processesMax: 512, cpuQuota: false }
  expect(peerSettings({ ...plain, taskLimits }, at).taskLimits).toEqual(expected)
  expect(peerArguments({ ...plain, taskLimits })).toContain('--task-limits')
})

test('what hosts are chosen for is declared by class, or for all', () => {
  const { objectives } = peerSettings({ ...plain, objective: ['train*=pack', 'cheap'] }, at)
  expect(objectives).toEqual([
    { pattern: 'train*', objective: 'pack' },
    { pattern: '*', objective: 'cheap' },
  ])
  expect(peerArguments({ ...plain, objective: ['train*=pack'] })).toContain('train*=pack')
})

test('the words for a peer in the background say the same as the options did', () => {
  const options: PeerOptions = {
    ...plain,
    name: 'attic',
    offer: ['cpu=1', 'mem=2G'],
    mdns: false,
    custody: false,
    tenantWeight: ['lab=3'],
    quota: ['*=tasks:9'],
    otel: 'http://a',
    otelShare: '0.5',
  }
  expect(peerArguments(options)).toEqual(
    ['--name', 'attic', '--listen', '127.0.0.1:0'].concat(
      ['--offer', 'cpu=1', '--offer', 'mem=2G', '--allow', 'process,function'],
      ['--tenant-weight', 'lab=3', '--quota', '*=tasks:9', '--otel', 'http://a', '--otel-share', '0.5'],
      ['--no-mdns', '--no-custody'],
    ),
  )
})

test('peers that a local scaler starts are bound by what the owner of this one has said, and are nobody else', () => {
  const options: PeerOptions = {
    ...plain,
    ...{ name: 'attic', offer: ['cpu=1'], label: ['a=b'], scale: 'local:max=2', listenApi: '7070', peer: ['/ip4/1'] },
    ...{ allow: 'none', taskLimits: ['memory=2G'], diskMax: '4G', quota: ['*=tasks:9'], rebalance: false },
    ...{
      warmCommand: ['*=sleep 9'],
      warmLimit: ['*=memory=1G'],
      warmCost: ['20:1'],
      demandSpan: '30s',
      objective: ['pack'],
      speculate: true,
    },
  }
  expect(peerSettings(options, at).ownerWords.join(' ')).toBe(
    '--allow none --disk-max 4G --task-limits memory=2G --objective pack --quota *=tasks:9 --no-rebalance ' +
      '--warm-cost 20:1 --demand-span 30s --warm-command *=sleep 9 --warm-limit *=memory=1G --speculate',
  )
})

test('a quota is in the units of the mesh, whatever units people write', () => {
  const { tenants } = peerSettings({ ...plain, quota: ['lab=cpu:8,mem:16G,gpu:0.5,tasks:100', '*=waiting:1000'] }, at)
  expect(tenants.quotas).toEqual({ lab: { cpuMilli: 8000, memoryBytes: 16e9, gpuMilli: 500, tasks: 100 } })
  expect(tenants.waitingMax).toEqual({ '*': 1000 })
})

test('the tag that a scaler gives is a label like any other', () => {
  expect(peerSettings({ ...plain, label: ['souk.scaled=tag,zone=a'] }, at).labels).toEqual({
    'souk.scaled': 'tag',
    zone: 'a',
  })
})
