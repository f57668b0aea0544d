// Frames of a page in Chromium while it is scrolled by a real wheel, as Chromium itself records them.

/** What became of each frame, and every task of every thread. */
const CATEGORIES = ['disabled-by-default-devtools.timeline.frame', 'disabled-by-default-devtools.timeline'];

/**
 * Scrolls with the wheel, down and then up again, and counts.
 * @param at where the pointer is, how many pixels each way, and how many a second.
 */
export async function scrolled(page, browser, { x, y, pixels, speed }) {
  const [tab, all] = await Promise.all([page.context().newCDPSession(page), browser.newBrowserCDPSession()]);
  const events = [];
  all.on('Tracing.dataCollected', ({ value }) => void events.push(...value));
  await all.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: CATEGORIES, excludedCategories: ['*'] } });
  const wheel = (yDistance) => tab.send('Input.synthesizeScrollGesture', { x, y, yDistance, speed, gestureSourceType: 'mouse' });
  await wheel(-pixels);
  await wheel(pixels);
  const complete = new Promise((done) => all.once('Tracing.tracingComplete', done));
  await all.send('Tracing.end');
  await complete;
  await Promise.all([tab.detach(), all.detach()]);
  return counted(events);
}

/**
 * `dropped`: the screen should have changed and did not. `late`: it did, without what the page's own thread had to add
 * (rows that come into sight), which came one frame later. Tasks are pieces of work of that thread, in its processor
 * time: what others on the machine take from it is not its own.
 */
function counted(events) {
  const mains = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  const reports = events.filter(({ name, ph }) => name === 'PipelineReporter' && ph === 'b');
  // Before the first frame the recording itself begins, in a long task of the page's thread.
  const began = Math.min(...reports.map(({ ts }) => ts));
  const tasks = events.filter(({ name, pid, tid, ts, tdur }) => name === 'RunTask' && tdur !== undefined && ts >= began && mains.has(`${pid} ${tid}`)).map(({ tdur }) => tdur / 1000);
  // A frame that is shown in two parts is told of twice.
  const frames = new Map();
  for (const { args } of reports) {
    const { frame_source: source, frame_sequence: number, state, affects_smoothness: smooth } = args.frame_reporter;
    if (state === 'STATE_NO_UPDATE_DESIRED' || (state === 'STATE_DROPPED' && !smooth)) continue;
    const key = `${source} ${number}`;
    frames.set(key, [...(frames.get(key) ?? []), state]);
  }
  const states = [...frames.values()];
  return {
    frames: states.length,
    dropped: states.filter((parts) => parts.every((state) => state === 'STATE_DROPPED')).length,
    late: states.filter((parts) => parts.includes('STATE_PRESENTED_PARTIAL')).length,
    busy: tasks.reduce((sum, ms) => sum + ms, 0) / Math.max(1, states.length),
    over16: tasks.filter((ms) => ms > 16).length,
    over50: tasks.filter((ms) => ms > 50).length,
    longest: Math.max(0, ...tasks),
  };
}
