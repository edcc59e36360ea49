import type { Recording } from './recording.ts'

/** As a file of JSON that `souk console --replay` and the simulator take. */
export function saveRecording(recording: Recording): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(recording, null, 1)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `souk-trace-${recording.at.replaceAll(':', '-').slice(0, 19)}.json`
  link.click()
  URL.revokeObjectURL(url)
}
