package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import dev.millrace.core.model.ModelException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** The native library, loaded once a process, when it is first asked for. */
final class OrtLibrary {

  /** What goes wrong reaches us as exceptions; the library's own log would only repeat it. */
  static final OrtLoggingLevel LOG_LEVEL = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

  private static final String NAME = "millrace";

  /** The C library's words where a folder is mounted {@code noexec}. */
  private static final String NO_EXECUTION = "failed to map segment";

  /** Names the folder to load from; without it that is the one for temporary files. */
  private static final String FOLDER = "onnxruntime.native.path";

  private static final Attempt ATTEMPT = load();

  private OrtLibrary() {}

  /**
   * ONNX Runtime's environment, which lives as long as the process.
   *
   * @throws ModelException if the native library does not load on this machine
   */
  static OrtEnvironment environment() {
    if (ATTEMPT.failure != null) {
      throw new ModelException(explain(ATTEMPT.failure), ATTEMPT.failure);
    }
    return ATTEMPT.environment;
  }

  /**
   * ONNX Runtime's Java API releases the environment in a shutdown hook, while ours may still let
   * batches end; native code counts references, and one more keeps it until the process is gone.
   */
  private static void keepDuringShutdown() {
    try {
      Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
      Method create =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      api.setAccessible(true);
      create.setAccessible(true);
      var unused = create.invoke(null, api.get(null), LOG_LEVEL.getValue(), NAME);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this ONNX Runtime is not the one that Millrace was built with; use that", e);
    }
  }

  /** Why it does not load, and what to do, in one line. */
  static String explain(Throwable failure) {
    if (String.valueOf(failure.getMessage()).contains(NO_EXECUTION)) {
      String folder = System.getProperty(FOLDER) == null ? "java.io.tmpdir" : FOLDER;
      return "ONNX Runtime does not load: "
          + System.getProperty(folder)
          + " forbids loading native libraries (is it mounted noexec?); name another folder with -D"
          + folder
          + "=DIR, in MILLRACE_OPTS or on Java's command line";
    }
    return "ONNX Runtime's native library does not load: "
        + OrtFailure.line(failure)
        + "; it needs Linux with glibc, macOS or Windows on x86-64 or arm64, and a temporary"
        + " folder, or the folder that -D"
        + FOLDER
        + " names, to load from";
  }

  /** What came of loading: one of the two is null. */
  private record Attempt(OrtEnvironment environment, Throwable failure) {}

  private static Attempt load() {
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment(LOG_LEVEL, NAME);
      environment.setTelemetry(false);
      keepDuringShutdown();
      UnpackedLibrary.remove();
      StaleLibraries.ofThisMachine().remove();
      return new Attempt(environment, null);
    } catch (OrtException | RuntimeException | LinkageError e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      UnpackedLibrary.removeUnused();
      return new Attempt(null, root);
    }
  }
}
