package dev.millrace.service.command.output;

import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.OnnxRuntimeInfo;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.Optional;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.IVersionProvider;

/**
 * Provides the versions of the program, Java and the main libraries. Each line has a name and a
 * version.
 */
public final class Version implements IVersionProvider {

  private static final String UNKNOWN = "unknown";

  /** The attribute of the jar's manifest that holds the commit's abbreviated id. */
  private static final String COMMIT = "Build-Commit";

  @Override
  public String[] getVersion() {
    return new String[] {
      "millrace " + number(),
      "commit " + commit().orElse(UNKNOWN),
      "java " + Runtime.version(),
      "kafka " + AppInfoParser.getVersion(),
      "onnxruntime " + onnxRuntime()
    };
  }

  /** {@return the program's version, or {@code (unpackaged)} if the classes come from no jar} */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  /**
   * {@return the commit of the build} A build outside a Git checkout writes an empty commit id,
   * which counts as no commit.
   */
  private static Optional<String> commit() {
    URL place = Version.class.getResource("Version.class");
    try {
      return place != null && place.openConnection() instanceof JarURLConnection jar
          ? Optional.ofNullable(jar.getMainAttributes().getValue(COMMIT))
              .filter(id -> !id.isBlank())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * {@return the version of ONNX Runtime} This method asks the native library, because a GPU build
   * may contain another version of ONNX Runtime than the CPU build.
   */
  private static String onnxRuntime() {
    try {
      return OnnxRuntimeInfo.read().version();
    } catch (ModelException e) {
      return UNKNOWN + " (" + e.getMessage() + ")";
    }
  }
}
