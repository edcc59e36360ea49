import { expect, test } from 'vitest'
import { type Inventory, parseOffer, toOffer } from '../src/index.ts'

const gibi = 2 ** 30
const host: Inventory = {
  hostname: 'box',
  os: { platform: 'linux', release: '6.1', arch: 'x64' },
  nodeVersion: '24.0.0',
  cpu: { model: 'Some CPU', cores: 4, threads: 8, usableMilli: 8000 },
  memory: { totalBytes: 32 * gibi, usableBytes: 32 * gibi },
  disk: { path: '/data', totalBytes: 500e9, freeBytes: 233e9 },
  network: [{ name: 'eth0', addresses: ['192.0.2.1'], speedMbps: 1000 }],
  gpus: [{ index: 0, name: 'NVIDIA GeForce RTX 4070', memoryBytes: 12282 * 2 ** 20, driver: '550' }],
}
const executors: ['process', 'function'] = ['process', 'function']

test('a host offers what it has less a reserve, and says it in one line', () => {
  expect(toOffer(host, { executors })).toEqual({
    capacity: {
      cpuMilli: 8000,
      memoryBytes: Math.floor(32 * gibi * 0.9),
      diskBytes: Math.floor(233e9 * 0.9),
      networkMbps: 1000,
      slots: 64,
      gpuMilli: [1000],
      custom: {},
    },
    labels: { host: 'box', os: 'linux', arch: 'x64' },
    executors,
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '8 cpu 31 GB 1x RTX 4070 12 GB 210 GB disk net 1000 Mb/s',
  })
})

test('what a person declares replaces what was found', () => {
  const { capacity, summary } = toOffer(host, { executors, offer: 'cpu=1.5, mem=8G,disk=0,net=10G,gpu=0,licence=2' })
  expect(capacity).toEqual({
    cpuMilli: 1500,
    memoryBytes: 8e9,
    diskBytes: 0,
    networkMbps: 10_000,
    slots: 16,
    gpuMilli: [],
    custom: { licence: 2 },
  })
  expect(summary).toBe('1.5 cpu 8 GB 0 B disk 2 licence')
})

test('slots follow the CPUs unless they are declared', () => {
  expect(toOffer(host, { executors, offer: 'cpu=500m' }).capacity.slots).toBe(8)
  expect(toOffer(host, { executors, offer: 'slots=4' }).capacity.slots).toBe(4)
})

test('a container offers its limits, not the machine', () => {
  const small = {
    ...host,
    cpu: { ...host.cpu, usableMilli: 2000 },
    memory: { totalBytes: 32 * gibi, usableBytes: gibi },
  }
  const { capacity } = toOffer(small, { executors })
  expect(capacity).toMatchObject({ cpuMilli: 2000, memoryBytes: Math.floor(gibi * 0.9), slots: 16 })
})

test('a link whose speed is unknown is offered with a guess and not talked about', () => {
  const network = [{ name: 'eth0', addresses: ['192.0.2.1'], speedMbps: undefined }]
  const offer = toOffer({ ...host, network, gpus: [] }, { executors })
  expect(offer.capacity.networkMbps).toBe(1000)
  expect(offer.summary).toBe('8 cpu 31 GB 210 GB disk')
  expect(toOffer({ ...host, network: [] }, { executors }).capacity.networkMbps).toBe(0)
})

test('like devices are counted together; declared ones that were not found have no name', () => {
  const gpu = { name: 'NVIDIA A100', memoryBytes: 81920 * 2 ** 20, driver: '550' }
  const gpus = [0, 1].map((index) => ({ ...gpu, index }))
  expect(toOffer({ ...host, gpus }, { executors, offer: 'gpu=3' }).summary).toContain(
    '2x A100 80 GB 1x gpu 210 GB disk',
  )
})

test('labels are added to host, os and arch, and win over them', () => {
  const labels = { room: 'north', os: 'debian' }
  expect(toOffer(host, { executors, name: 'peer-1', labels }).labels).toEqual({
    host: 'peer-1',
    os: 'debian',
    arch: 'x64',
    room: 'north',
  })
})

test.each([
  ['cpu', "'cpu' is no part of an offer"],
  ['cpu=', "'cpu=' is no part of an offer"],
  ['=4', "'=4' is no part of an offer"],
  ['cpu=4=5', "'cpu=4=5' is no part of an offer"],
  ['cpu=4,cpu=5', "'cpu' is offered twice"],
  ['gpu=2000', 'gpu=2000 is more than the 1024'],
])('the offer %j is refused: %s', (text, message) => {
  expect(() => parseOffer(text)).toThrowError(
    expect.objectContaining({ code: 'offer-invalid', message: expect.stringContaining(message) }),
  )
})

test('an amount in an offer that is none is named', () => {
  expect(() => parseOffer('mem=lots')).toThrowError(expect.objectContaining({ code: 'amount-invalid' }))
})

test('too many or too long labels are refused before they travel', () => {
  const many = Object.fromEntries(Array.from({ length: 62 }, (_, i) => [`l${i}`, '1']))
  expect(() => toOffer(host, { executors, labels: many })).toThrowError(/at most 64 labels/)
  expect(() => toOffer(host, { executors, labels: { a: 'x'.repeat(257) } })).toThrowError(/the label 'a'/)
})
