import 'uplot/dist/uPlot.min.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/views.css'
import { render } from 'preact'
import { Entrance } from './entrance.tsx'

render(<Entrance />, document.getElementById('console')!)
