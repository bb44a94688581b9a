package dev.millrace.service.http;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelVersion;
import java.util.List;

/**
 * A model's metadata, as the Open Inference Protocol defines them. The JSON has the fields in the
 * order of this record.
 *
 * @param versions the versions that serve
 * @param platform Triton's name for the model's format and runtime
 */
record ModelMetadata(
    String name,
    List<String> versions,
    String platform,
    List<Tensor> inputs,
    List<Tensor> outputs) {

  /**
   * An input or output of the model.
   *
   * @param shape the dimensions; -1 stands for the batch size, which is variable
   */
  record Tensor(String name, String datatype, List<Integer> shape) {}

  static ModelMetadata of(ModelVersion serving) {
    Preprocessing preprocessing = serving.manifest().preprocessing();
    return new ModelMetadata(
        serving.name(),
        List.of(Integer.toString(serving.version())),
        "onnxruntime_onnx",
        List.of(
            new Tensor(
                "pixels", "UINT8", List.of(-1, preprocessing.height(), preprocessing.width(), 3))),
        List.of(new Tensor("probabilities", "FP32", List.of(-1, serving.labels().size()))));
  }
}
