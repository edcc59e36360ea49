import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from './workspace.ts'

/** `name@version` of everything that the lockfile installs. */
const installed = readFileSync(`${root}/pnpm-lock.yaml`, 'utf8')
  .split('\n')
  .flatMap((line) => /^ {2}'?((?:@[^/@]+\/)?[^/@' ]+)@(\d+\.\d+\.\d+)[^(]*?'?:$/.exec(line) ?? [])
const versions = new Map<string, string[]>()
for (let i = 0; i < installed.length; i += 3) {
  const name = installed[i + 1]!
  versions.set(name, [...(versions.get(name) ?? []), installed[i + 2]!])
}

const isAtLeast = (version: string, least: string) => {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const different = a.findIndex((part, i) => part !== b[i])
  return different < 0 || a[different]! > b[different]!
}

test('versions compare part by part, as numbers', () => {
  expect(['5.1.23', '5.1.100', '5.2.0', '6.0.0'].filter((v) => isAtLeast(v, '5.1.23'))).toHaveLength(4)
  expect(['5.1.22', '5.0.99', '4.9.9'].filter((v) => isAtLeast(v, '5.1.23'))).toEqual([])
})

test.each([
  // CVE-2026-46679
  ['@libp2p/gossipsub', '17.1.1'],
  // CVE-2026-110789
  ['@libp2p/crypto', '5.1.23'],
])('every %s that is installed is at least %s', (name, least) => {
  expect(versions.get(name) ?? []).not.toEqual([])
  expect(versions.get(name)!.filter((version) => !isAtLeast(version, least))).toEqual([])
})

test('nothing brings in floodsub, webrtc or the gossipsub of libp2p 2', () => {
  const unwanted = /floodsub|webrtc|^@chainsafe\/libp2p-gossipsub$/
  expect([...versions.keys()].filter((name) => unwanted.test(name))).toEqual([])
})
