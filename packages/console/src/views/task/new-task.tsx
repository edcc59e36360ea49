import { asSoukError, type SoukError, type Task } from '@souk/client'
import { useRef, useState } from 'preact/hooks'
import { useClient } from '../../live/use-feed.ts'
import { Problem } from '../../parts/card.tsx'
import { hrefOf } from '../../router.ts'
import { wordsOf } from './task-spec.ts'

const examples = [
  'echo hello',
  "sh -c 'for i in 1 2 3 4 5 6 7 8; do echo step $i; sleep 1; done'",
  "sh -c 'uname -a; nproc; free -h'",
]

/** Submits a command and opens its page. */
export function NewTask() {
  const dialog = useRef<HTMLDialogElement>(null)
  return (
    <>
      <button type="button" class="primary" onClick={() => dialog.current?.showModal()}>
        New task
      </button>
      <dialog ref={dialog} aria-label="New task">
        <TaskForm onClose={() => dialog.current?.close()} />
      </dialog>
    </>
  )
}

type Priority = NonNullable<Task['priority']>
const priorities: readonly Priority[] = ['critical', 'high', 'medium', 'low']

function TaskForm({ onClose }: { onClose: () => void }) {
  const client = useClient()
  const [command, setCommand] = useState('')
  const [cpu, setCpu] = useState('1')
  const [memory, setMemory] = useState('')
  const [priority, setPriority] = useState<Priority>('medium')
  const [error, setError] = useState<Pick<SoukError, 'code' | 'message'>>()
  const words = wordsOf(command)
  const submit = async (event: Event) => {
    event.preventDefault()
    setError(undefined)
    try {
      const request = { cpu, ...(memory === '' ? {} : { memory }) }
      const handle = client.submit({ argv: words ?? [], request, priority })
      handle.outcome.catch(() => {})
      const id = await handle.id
      onClose()
      location.hash = hrefOf(['tasks', id])
    } catch (cause) {
      setError(asSoukError(cause))
    }
  }
  return (
    <form onSubmit={submit}>
      <h2>New task</h2>
      <Field label="Command" value={command} onChange={setCommand} placeholder={examples[0]!} />
      {words === undefined && <p class="problem">A quote is not closed.</p>}
      <Examples onChoose={setCommand} />
      <div class="row">
        <Field label="CPUs" value={cpu} onChange={setCpu} placeholder="1" />
        <Field label="Memory" value={memory} onChange={setMemory} placeholder="such as 512M" />
        <label>
          Priority
          <select value={priority} onChange={(event) => setPriority(event.currentTarget.value as Priority)}>
            {priorities.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <p class="quiet">A program and its words, without a shell: for pipes and variables write sh -c '…'.</p>
      <Problem error={error} />
      <div class="row end">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="submit" class="primary" disabled={words === undefined || words.length === 0}>
          Submit
        </button>
      </div>
    </form>
  )
}

function Examples({ onChoose }: { onChoose: (command: string) => void }) {
  return (
    <div class="chips">
      {examples.map((example) => (
        <button key={example} type="button" class="chip mono" onClick={() => onChoose(example)}>
          {example.length > 34 ? `${example.slice(0, 33)}…` : example}
        </button>
      ))}
    </div>
  )
}

interface FieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder: string
}

function Field({ label, value, onChange, placeholder }: FieldProps) {
  return (
    <label>
      {label}
      <input
        spellcheck={false}
        value={value}
        placeholder={placeholder}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  )
}
