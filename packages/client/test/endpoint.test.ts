import { connect, endpointText, fetchTransport, parseEndpoint } from '@souk/client'
import { expect, test } from 'vitest'

test('an endpoint is written as URL, token and fingerprint', () => {
  const text = 'https://host:7443#secret,ab:cd'
  const endpoint = { url: 'https://host:7443', token: 'secret', certificateFingerprint: 'ab:cd' }
  expect(parseEndpoint(text)).toEqual(endpoint)
  expect(endpointText(endpoint)).toBe(text)
  expect(parseEndpoint('http://127.0.0.1:7400/#secret')).toEqual({ url: 'http://127.0.0.1:7400', token: 'secret' })
})

test('what is no endpoint is refused without repeating the token', async () => {
  for (const text of ['nonsense#secret', 'ftp://host#secret', 'http://host:7400']) {
    await expect(connect([text])).rejects.toMatchObject({
      code: 'endpoint-invalid',
      message: expect.not.stringContaining('secret'),
    })
  }
  await expect(connect([])).rejects.toMatchObject({ code: 'endpoint-invalid' })
})

test('a transport that cannot check a fingerprint refuses it', () => {
  const endpoint = { url: 'https://host', token: 't', certificateFingerprint: 'ab' }
  expect(() => fetchTransport(endpoint)).toThrow(expect.objectContaining({ code: 'fingerprint-unsupported' }))
})
