import { expect, test } from 'vitest'
import { wayOf } from '../src/link-report.ts'

test('a way is direct unless the address of its other end names a relay', () => {
  const [relay, peer] = [
    '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8',
    '12D3KooWAApS52cQEAApBhdsZBZvVnZs8Vcj5Uu4i21xfjDxW1FR',
  ]
  expect(wayOf(`/ip4/10.0.0.2/tcp/7171/p2p/${peer}`)).toBe('direct')
  expect(wayOf(`/ip4/10.0.0.9/tcp/7171/p2p/${relay}/p2p-circuit/p2p/${peer}`)).toBe('relayed')
})
