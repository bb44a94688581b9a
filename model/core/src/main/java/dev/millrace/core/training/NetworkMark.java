package dev.millrace.core.training;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The name of a network in the metadata of a safetensors file. Weights of two networks may have the
 * same names and shapes, so the weights alone do not show to which network they belong. For
 * example, the stems {@code cifar} and {@code cifar_halved} differ only in a stride.
 */
public final class NetworkMark {

  static final String KEY = "millrace.architecture";

  private NetworkMark() {}

  /**
   * {@return the metadata for a file with a network's weights}
   *
   * @param network the network
   */
  public static Map<String, String> of(ResNet network) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt"); // as PyTorch's own files have it
    metadata.put(KEY, Encoder.architecture(network));
    return metadata;
  }

  /**
   * Requires that a file with weights does not name another network than the given one.
   *
   * @param file a safetensors or npz file
   * @param network the network that starts from the weights
   * @throws ModelException if the file names another network, or cannot be read
   */
  public static void requireNoOther(Path file, ResNet network) {
    String marked = WeightsFile.metadata(file).get(KEY);
    if (marked != null && !marked.equals(Encoder.architecture(network))) {
      throw new ModelException(
          file
              + " holds weights of "
              + marked
              + ", but the network is "
              + Encoder.architecture(network)
              + "; give the architecture, shortcut and stem of the weights",
          Setting.ARCH,
          Setting.SHORTCUT,
          Setting.STEM);
    }
  }
}
