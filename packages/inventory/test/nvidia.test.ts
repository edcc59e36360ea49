import { expect, test } from 'vitest'
import { parseNvidiaSmi } from '../src/nvidia.ts'

test('devices come by index, memory in bytes', () => {
  const csv = '1, NVIDIA A100-SXM4-80GB, 81920, 535.161.08\n0, NVIDIA GeForce RTX 4070, 12282, 535.161.08\n'
  expect(parseNvidiaSmi(csv)).toEqual([
    { index: 0, name: 'NVIDIA GeForce RTX 4070', memoryBytes: 12282 * 2 ** 20, driver: '535.161.08' },
    { index: 1, name: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81920 * 2 ** 20, driver: '535.161.08' },
  ])
})

test('what the driver does not know counts as nothing, and a comma in a name stays', () => {
  expect(parseNvidiaSmi('0, NVIDIA GB10, rev 2, [N/A], 580.95.05\r\n')).toEqual([
    { index: 0, name: 'NVIDIA GB10, rev 2', memoryBytes: 0, driver: '580.95.05' },
  ])
})

test.each([
  '',
  'No devices were found\n',
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure, that the latest, driver\n",
])('a message instead of devices is no device', (text) => expect(parseNvidiaSmi(text)).toEqual([]))
