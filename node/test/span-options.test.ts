import { expect, test } from 'vitest'
import { type SpanOptions, spanSettings } from '../src/span-options.ts'

type Env = Record<string, string>
const urlOf = (options: SpanOptions, env: Env = {}) => spanSettings(options, env)?.url

test('spans go where the option says, else where the variables of OpenTelemetry do, else nowhere', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'https://all.example/otlp/'
  const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'https://traces.example/here'
  expect(urlOf({})).toBeUndefined()
  expect(urlOf({ otel: 'http://127.0.0.1:4318' })).toBe('http://127.0.0.1:4318/v1/traces')
  expect(urlOf({ otel: 'http://127.0.0.1:4318/v1/traces' })).toBe('http://127.0.0.1:4318/v1/traces')
  expect(urlOf({}, { OTEL_EXPORTER_OTLP_ENDPOINT })).toBe('https://all.example/otlp/v1/traces')
  expect(urlOf({}, { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT })).toBe(
    'https://traces.example/here',
  )
  expect(urlOf({ otel: 'http://a' }, { OTEL_EXPORTER_OTLP_ENDPOINT })).toBe('http://a/v1/traces')
  expect(urlOf({}, { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeUndefined()
  expect(spanSettings({ otel: 'http://a', otelShare: '0.1' }, {})).toEqual({ url: 'http://a/v1/traces', share: 0.1 })
})

test.each<[SpanOptions, Env, string]>([
  [{ otel: 'collector' }, {}, "--otel: 'collector' is no address of a collector; needed is one such as http"],
  [{ otel: '' }, {}, "--otel: '' is no address"],
  [{ otel: 'ftp://a' }, {}, '--otel'],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'x' }, "OTEL_EXPORTER_OTLP_ENDPOINT: 'x' is no address"],
  [{ otel: 'http://a', otelShare: '2' }, {}, "--otel-share: '2' is no share"],
  [{ otel: 'http://a', otelShare: '' }, {}, '--otel-share'],
  [{ otelShare: '1' }, {}, '--otel-share goes with --otel'],
])('%j is refused by name', (options, env, message) => {
  expect(() => spanSettings(options, env)).toThrow(message)
})

test('a Node that is too old for the libraries is said, where they are wanted', () => {
  expect(() => spanSettings({ otel: 'http://a' }, {}, '22.12.0')).toThrow('OpenTelemetry needs Node 22.15 or later')
  expect(spanSettings({}, {}, '22.12.0')).toBeUndefined()
  expect(spanSettings({ otel: 'http://a' }, {}, '23.0.0')).toBeDefined()
})
