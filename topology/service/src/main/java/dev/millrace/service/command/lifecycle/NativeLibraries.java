package dev.millrace.service.command.lifecycle;

import java.util.stream.Stream;

/**
 * Explains why a native library cannot be loaded. Kafka's compression codecs unpack their libraries
 * into the temporary folder. JavaCPP unpacks the libraries of the decoder and the trainer into a
 * cache folder.
 */
final class NativeLibraries {

  private static final String JAVACPP = "org.bytedeco.javacpp.";

  private NativeLibraries() {}

  static boolean isToBlame(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof UnsatisfiedLinkError
        || (e instanceof NoClassDefFoundError
            && (message.contains("zstd") || message.contains("snappy") || message.contains("lz4")))
        || message.contains("FAILED_TO_LOAD_NATIVE_LIBRARY");
  }

  /** {@return an error message that says what to do} */
  static String explain(Throwable e) {
    String property = isOfJavaCpp(e) ? JAVACPP + "cachedir" : "java.io.tmpdir";
    String folder =
        System.getProperty(property, System.getProperty("user.home") + "/.javacpp/cache");
    return "a native library does not load ("
        + e.getMessage()
        + "); if "
        + folder
        + " is full or mounted noexec, name another folder with MILLRACE_OPTS=-D"
        + property
        + "=DIR";
  }

  private static boolean isOfJavaCpp(Throwable e) {
    return Stream.of(e.getStackTrace()).anyMatch(at -> at.getClassName().startsWith(JAVACPP));
  }
}
