package dev.millrace.core.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Lineage;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.weights.WeightTensor;
import dev.millrace.core.weights.Weights;
import dev.millrace.core.weights.WeightsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A network without its last layer, pre-trained on images without labels. An encoder's file is in
 * the safetensors format, with PyTorch's names. The metadata of the file describes the network, the
 * normalisation and the pre-training.
 *
 * @param weights the weights under torchvision's names, without the last layer
 * @param architecture the network, as {@link #architecture} describes it
 * @param normalization the normalisation of the pixels, as {@link #normalization} describes it
 * @param lineage how the encoder was trained
 * @param report the results of the last epoch
 */
public record Encoder(
    Weights weights,
    String architecture,
    String normalization,
    Lineage lineage,
    PretrainingReport report) {

  private static final String HEAD = "fc.";
  private static final String ARCHITECTURE = NetworkMark.KEY;
  private static final String NORMALIZATION = "millrace.normalization";
  private static final String LINEAGE = "millrace.lineage";
  private static final String REPORT = "millrace.report";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Reads an encoder's file.
   *
   * @param file the file
   * @return the encoder
   * @throws ModelException if the file cannot be read, or does not contain an encoder
   */
  public static Encoder read(Path file) {
    Map<String, String> metadata = WeightsFile.metadata(file);
    if (!metadata.keySet().containsAll(List.of(ARCHITECTURE, NORMALIZATION, LINEAGE, REPORT))) {
      throw new ModelException(
          file
              + " is not an encoder that Millrace's pre-training wrote; start from other weights as"
              + " weights, not as an encoder",
          Setting.FROM_WEIGHTS);
    }
    try {
      return new Encoder(
          WeightsFile.read(file),
          metadata.get(ARCHITECTURE),
          metadata.get(NORMALIZATION),
          JSON.readValue(metadata.get(LINEAGE), Lineage.class),
          JSON.readValue(metadata.get(REPORT), PretrainingReport.class));
    } catch (JsonProcessingException e) {
      throw new ModelException(
          file
              + " has metadata of another release; pre-train again, or start from it as weights, not"
              + " as an encoder",
          e,
          Setting.FROM_WEIGHTS);
    }
  }

  /**
   * Writes or replaces the encoder's file.
   *
   * @param file the file, whose name ends in {@code .safetensors}
   * @throws ModelException if the file cannot be written
   */
  public void write(Path file) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt"); // as PyTorch's own files have it
    metadata.put(ARCHITECTURE, architecture);
    metadata.put(NORMALIZATION, normalization);
    try {
      metadata.put(LINEAGE, JSON.writeValueAsString(lineage));
      metadata.put(REPORT, JSON.writeValueAsString(report));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // records of numbers and texts
    }
    WeightsFile.write(file, weights, metadata);
  }

  /**
   * Requires that the encoder was trained for the given network, with the normalisation of the
   * given preprocessing. The size of the images may differ.
   *
   * @param network the network that starts from the encoder
   * @param preprocessing the preprocessing of the network's images
   * @throws ModelException if the encoder was trained for another network or with another
   *     normalisation; the message names the options to set
   */
  public void requireFits(ResNet network, Preprocessing preprocessing) {
    if (!architecture.equals(architecture(network))) {
      throw new ModelException(
          "the encoder is "
              + architecture
              + ", but the network to train is "
              + architecture(network)
              + "; give the encoder's architecture, shortcut and stem",
          Setting.ARCH,
          Setting.SHORTCUT,
          Setting.STEM);
    }
    if (!normalization.equals(normalization(preprocessing))) {
      throw new ModelException(
          "the encoder was trained with "
              + normalization
              + ", but the images have "
              + normalization(preprocessing)
              + "; give the encoder's mean and standard deviation",
          Setting.MEAN,
          Setting.STD);
    }
  }

  /**
   * {@return a description of the part of a network that its encoder depends on}
   *
   * @param network the network
   */
  public static String architecture(ResNet network) {
    return network.name()
        + " with shortcuts "
        + network.shortcut()
        + " and the stem "
        + network.stem().name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return a description of a preprocessing's normalisation}
   *
   * @param preprocessing the preprocessing
   */
  public static String normalization(Preprocessing preprocessing) {
    return "mean " + preprocessing.mean() + " and std " + preprocessing.std();
  }

  /**
   * {@return the weights of a network without its last layer}
   *
   * @param network the network
   */
  public static List<Parameter> parameters(ResNet network) {
    return network.parameters().stream()
        .filter(parameter -> !parameter.name().startsWith(HEAD))
        .toList();
  }

  /**
   * {@return some of a network's weights: those without its last layer}
   *
   * @param network the network
   * @param all all weights of the network
   */
  public static Weights weights(ResNet network, Weights all) {
    Map<String, WeightTensor> weights = new LinkedHashMap<>();
    parameters(network)
        .forEach(parameter -> weights.put(parameter.name(), all.get(parameter.name())));
    return new Weights(weights);
  }

  /**
   * {@return the number of values that a network's encoder returns for an image}
   *
   * @param network the network
   */
  public static int features(ResNet network) {
    return network.parameters().stream()
        .filter(parameter -> parameter.name().equals(HEAD + "weight"))
        .findFirst()
        .orElseThrow()
        .shape()
        .get(1);
  }
}
