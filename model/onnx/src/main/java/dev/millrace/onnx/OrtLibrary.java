package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import dev.millrace.core.model.ModelException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** ONNX Runtime's native library. It is loaded once per process, at the first use of this class. */
public final class OrtLibrary {

  /**
   * The library logs only fatal errors, because all other errors reach the caller as exceptions.
   */
  public static final OrtLoggingLevel LOG_LEVEL = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

  private static final String NAME = "millrace";

  /** Part of the C library's message if the library's folder is mounted {@code noexec}. */
  private static final String NO_EXECUTION = "failed to map segment";

  /**
   * System property for the folder from which the library is loaded. The default is the folder for
   * temporary files.
   */
  private static final String FOLDER = "onnxruntime.native.path";

  private static final Attempt ATTEMPT = load();

  private OrtLibrary() {}

  /**
   * {@return ONNX Runtime's environment, which lives as long as the process}
   *
   * @throws ModelException if the native library cannot be loaded on this machine
   */
  public static OrtEnvironment environment() {
    if (ATTEMPT.failure != null) {
      throw new ModelException(explain(ATTEMPT.failure), ATTEMPT.failure);
    }
    return ATTEMPT.environment;
  }

  /**
   * Adds a reference to the environment. ONNX Runtime's Java API releases the environment in a
   * shutdown hook, but Millrace's own shutdown hook may still wait for batches at that time. The
   * native code counts references, so the additional reference keeps the environment until the
   * process ends.
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
          "this is not the ONNX Runtime that Millrace was built with; use that version", e);
    }
  }

  /** {@return one line that says why the library cannot be loaded, and what to do} */
  static String explain(Throwable failure) {
    if (String.valueOf(failure.getMessage()).contains(NO_EXECUTION)) {
      String folder = System.getProperty(FOLDER) == null ? "java.io.tmpdir" : FOLDER;
      return "ONNX Runtime cannot be loaded: "
          + System.getProperty(folder)
          + " forbids loading native libraries (is it mounted noexec?); name another folder with -D"
          + folder
          + "=DIR, on Java's command line or in JDK_JAVA_OPTIONS";
    }
    return "ONNX Runtime's native library cannot be loaded: "
        + OrtFailure.line(failure)
        + "; it needs Linux with glibc, macOS or Windows on x86-64 or arm64, and a folder to load"
        + " from: the one for temporary files, or the one that -D"
        + FOLDER
        + " names";
  }

  /** The result of loading: the environment and no failure, or a failure and no environment. */
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
