import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { findCloud } from '../src/cloud/find-cloud.ts'
import { askMetadata } from '../src/cloud/metadata-service.ts'
import { providerHint } from '../src/cloud/provider-hint.ts'
import type { HostFiles } from '../src/host-files.ts'
import type { CloudFacts } from '../src/other-facts.ts'
import type { Probe } from '../src/probe.ts'
import { SearchPath } from '../src/search-path.ts'
import { recorded } from './fixtures/recorded.ts'
import { recordedFiles } from './recorded-files.ts'

const signal = new AbortController().signal
/** no answer is late for these tests, however busy the host is */
const patientMs = 60_000
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A metadata service on this machine. */
async function service(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers by path, and refuses whoever does not bring the header that the real one asks for. */
const byPath =
  (answers: Record<string, string>, [header, value]: [string, string]) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const isToken = request.method === 'PUT' && request.url === '/latest/api/token'
    if (isToken && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === '60') response.end('the-token')
    else if (request.headers[header] !== value) response.writeHead(401).end()
    else if (answers[request.url ?? ''] === undefined) response.writeHead(404).end()
    else response.end(answers[request.url ?? ''])
  }

test('AWS: a token first, then the identity document and the life cycle', async () => {
  const url = await service(
    byPath(
      {
        '/latest/dynamic/instance-identity/document': recorded('cloud/aws.json'),
        '/latest/meta-data/instance-life-cycle': 'spot',
      },
      ['x-aws-ec2-metadata-token', 'the-token'],
    ),
  )
  expect(await askMetadata('aws', signal, { url, answerMs: patientMs })).toEqual({
    provider: 'aws',
    region: 'eu-west-1',
    zone: 'eu-west-1b',
    instanceType: 'g5.xlarge',
    instanceId: 'i-1234567890abcdef0',
    spot: true,
    pricePerHour: undefined,
  })
})

test('GCP: the last parts of its long names', async () => {
  const answers = { '/computeMetadata/v1/instance/?recursive=true': recorded('cloud/gcp.json') }
  const url = await service(byPath(answers, ['metadata-flavor', 'Google']))
  expect(await askMetadata('gcp', signal, { url, answerMs: patientMs })).toMatchObject({
    region: 'europe-west1',
    zone: 'europe-west1-b',
    instanceType: 'a2-highgpu-1g',
    instanceId: 'trainer-1',
    spot: true,
  })
})

test('Azure: a zone is a number within its region', async () => {
  const answers = { '/metadata/instance?api-version=2021-02-01': recorded('cloud/azure.json') }
  const url = await service(byPath(answers, ['metadata', 'true']))
  expect(await askMetadata('azure', signal, { url, answerMs: patientMs })).toMatchObject({
    region: 'westeurope',
    zone: 'westeurope-2',
    instanceType: 'Standard_NC6s_v3',
    spot: true,
  })
})

test('a service that says nothing, nonsense, or leads elsewhere has told nothing', async () => {
  const silent = await service(() => {})
  const nonsense = await service((_, response) => void response.end('<html>'))
  const elsewhere = await service((_, response) => void response.writeHead(302, { location: nonsense }).end())
  for (const url of [silent, nonsense, elsewhere, 'http://127.0.0.1:1']) {
    expect(await askMetadata('gcp', signal, { url, answerMs: url === silent ? 50 : patientMs }), url).toBeUndefined()
  }
})

const told: CloudFacts = {
  provider: 'aws',
  region: 'eu-west-1',
  zone: 'eu-west-1b',
  instanceType: 'g5.xlarge',
  instanceId: 'i-1',
  spot: false,
  pricePerHour: undefined,
}

const probeOf = (files: HostFiles): Probe => ({
  host: 'host/test',
  files,
  wallMs: 0,
  seenAt: new Date(0).toISOString(),
  folder: '/',
  path: new SearchPath(''),
  signal,
})

const dmi = (files: Record<string, string>) =>
  recordedFiles(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/sys/class/dmi/id/${name}`, text])))

test.each([
  ['aws', { sys_vendor: 'Amazon EC2\n', product_name: 'm5.large\n' }],
  ['aws', { sys_vendor: 'Xen\n', bios_version: '4.11.amazon\n' }],
  ['gcp', { sys_vendor: 'Google\n', product_name: 'Google Compute Engine\n' }],
  ['azure', { sys_vendor: 'Microsoft Corporation\n', chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77\n' }],
  [undefined, { sys_vendor: 'Microsoft Corporation\n', product_name: 'Virtual Machine\n' }],
  [undefined, { sys_vendor: 'Google\n', product_name: 'Pixelbook\n' }],
  [undefined, { sys_vendor: 'Dell Inc.\n' }],
  [undefined, {}],
])('the cloud %s is told by %j', (provider, files) => expect(providerHint(dmi(files))).toBe(provider))

test('what is declared of a known cloud adds to what its metadata service tells, and wins; all of it or another cloud asks nobody', async () => {
  const files = dmi({ sys_vendor: 'Amazon EC2\n' })
  const asked: string[] = []
  const found = async (declared: Partial<CloudFacts> | undefined) => {
    const { entries } = await findCloud(probeOf(files), declared, async (provider) => {
      asked.push(provider)
      return { ...told, provider }
    })
    return entries[0]?.facts
  }
  expect(await found({ provider: 'aws', pricePerHour: 0.12 })).toMatchObject({ zone: 'eu-west-1b', pricePerHour: 0.12 })
  expect(await found({ zone: 'attic' })).toMatchObject({ provider: 'aws', zone: 'attic', region: 'eu-west-1' })
  expect(asked).toEqual(['aws', 'aws'])
  expect(await found({ provider: 'home' })).toMatchObject({ provider: 'home', zone: undefined })
  expect(await found({ ...told, zone: 'attic' })).toMatchObject({ zone: 'attic' })
  expect(asked).toEqual(['aws', 'aws'])
})
