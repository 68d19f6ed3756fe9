/** A wish to stop: by signal, by the clock, or because the supervisor that started us is gone. */
export type Stop = {
  /** Resolves once, never rejects. */
  asked: Promise<void>;
  /** Leaves signals to their usual effect again, so that a second Ctrl-C ends what hangs. */
  forget(): void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for a wish to stop; `seconds`: stop by itself after so long. */
export function untilAskedToStop(seconds?: number): Stop {
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of SIGNALS) process.once(signal, ask);
  process.once('disconnect', ask);
  const timer = seconds === undefined ? undefined : setTimeout(ask, seconds * 1000);
  return {
    asked,
    forget() {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, ask);
      process.off('disconnect', ask);
    },
  };
}
