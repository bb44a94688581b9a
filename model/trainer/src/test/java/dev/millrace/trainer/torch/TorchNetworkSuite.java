package dev.millrace.trainer.torch;

import dev.millrace.core.resnet.ResNet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link TorchNetworkTest} for every depth of ResNet. A nightly group of tests runs this
 * suite.
 */
@Tag("nightly")
@Tag("networks")
class TorchNetworkSuite {

  static List<String> names() {
    return ResNet.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyDepth_learnsAndIsExported(String name) {
    TorchNetworkTest.requireLearning(name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyDepth_learnsInBfloat16(String name) {
    Bfloat16TrainingTest.requireLearning(name);
  }
}
