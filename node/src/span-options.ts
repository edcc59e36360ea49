import type { Command } from 'commander'
import { usageError } from './cli-error.ts'

export interface SpanOptions {
  otel?: string
  otelShare?: string
}

export interface SpanSettings {
  /** where the collector takes traces */
  url: string
  /** of tasks whose submitter traces nothing, from 0 to 1 */
  share: number
}

const tracesPath = '/v1/traces'
/** what OpenTelemetry's libraries need */
const nodeMin = [22, 15] as const

export function addSpanOptions(command: Command): Command {
  return command
    .option(
      '--otel <url>',
      'send spans of tasks to this OTLP collector (default: $OTEL_EXPORTER_OTLP_ENDPOINT, or none)',
    )
    .option(
      '--otel-share <share>',
      'of tasks whose submitter traces nothing: 0 to 1, the same at every peer (default: 1)',
    )
}

/** The options again as words. */
export function spanArguments({ otel, otelShare }: SpanOptions): string[] {
  return [
    ...(otel === undefined ? [] : ['--otel', otel]),
    ...(otelShare === undefined ? [] : ['--otel-share', otelShare]),
  ]
}

/**
 * Where spans go, if anywhere: the option, else the variables that OpenTelemetry has for it. Throws a usage error that names
 * which of them is wrong.
 */
export function spanSettings(
  { otel, otelShare }: SpanOptions,
  env: Record<string, string | undefined>,
  nodeVersion = process.versions.node,
): SpanSettings | undefined {
  const share = shareOf(otelShare)
  if (otel === undefined && env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const [flag, text] =
    otel !== undefined
      ? ['--otel', otel]
      : own
        ? ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own]
        : ['OTEL_EXPORTER_OTLP_ENDPOINT', env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '']
  if (text === '' && flag !== '--otel') {
    if (otelShare !== undefined) throw usageError('--otel-share goes with --otel')
    return undefined
  }
  refuseOldNode(flag, nodeVersion)
  const url = urlOf(flag, text)
  // That variable holds the whole address, the other ones that of the collector.
  if (flag !== 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' && !url.pathname.endsWith(tracesPath))
    url.pathname = url.pathname.replace(/\/$/, '') + tracesPath
  return { url: url.href, share }
}

function urlOf(flag: string, text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw usageError(`${flag}: '${text}' is no address of a collector; needed is one such as http://127.0.0.1:4318`)
}

function shareOf(text: string | undefined): number {
  const share = text === undefined || text.trim() === '' ? 1 : Number(text)
  if (text?.trim() !== '' && share >= 0 && share <= 1) return share
  throw usageError(`--otel-share: '${text}' is no share; needed is a number from 0 to 1`)
}

function refuseOldNode(flag: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])) return
  throw usageError(`${flag}: OpenTelemetry needs Node ${nodeMin.join('.')} or later, this is ${version}`)
}
