package dev.millrace.service.command.lifecycle;

/** A process that this one must not outlive. */
public final class OtherProcess {

  private OtherProcess() {}

  /**
   * Runs something when a process has ended, whatever ended it; at once if there is none.
   *
   * @param pid its number
   * @param then run on a thread of the JVM's
   */
  public static void onExit(long pid, Runnable then) {
    ProcessHandle.of(pid)
        .ifPresentOrElse(
            process -> {
              var unused = process.onExit().thenRun(then);
            },
            then);
  }
}
