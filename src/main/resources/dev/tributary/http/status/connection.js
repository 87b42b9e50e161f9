// Keeps the stream of events open. The daemon sends one every second, so silence means that it has gone.

const SILENCE_MILLIS = 4000;
const AGAIN_MILLIS = 1000;

/**
 * @param events names of events, and what to call with their data
 * @param changed called with `live`, or with `lost` and a text
 */
export function connect(events, changed) {
  let source = null;
  let heard = 0;
  let watch = 0;

  function open() {
    source = new EventSource('status/events');
    heard = Date.now();
    for (const [name, handler] of Object.entries(events)) {
      source.addEventListener(name, (event) => {
        heard = Date.now();
        handler(JSON.parse(event.data));
        changed('live', '');
      });
    }
    source.addEventListener('error', lose);
    watch = setInterval(() => Date.now() - heard > SILENCE_MILLIS && lose(), 500);
  }

  async function lose() {
    source.close();
    clearInterval(watch);
    changed('lost', await reason());
    setTimeout(open, AGAIN_MILLIS);
  }

  // The browser hides why a stream was refused.
  async function reason() {
    try {
      await fetch('health', { signal: AbortSignal.timeout(SILENCE_MILLIS) });
      return 'The daemon answers, but sends no events: as many pages as it allows may be open.';
    } catch {
      return 'No answer from the daemon.';
    }
  }

  window.addEventListener('pagehide', () => source.close());
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
  open();
}
