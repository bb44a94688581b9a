package dev.millrace.service.command.lifecycle;

/** Watches another process, so that this process can end when the other process ends. */
public final class OtherProcess {

  private OtherProcess() {}

  /**
   * Runs an action when a process has ended for any reason. If no process has the id, runs the
   * action at once.
   *
   * @param pid the process id
   * @param then the action; a thread of the JVM runs it if the process ends later
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
