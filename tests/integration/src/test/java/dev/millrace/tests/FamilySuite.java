package dev.millrace.tests;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs {@link FamilyTest} for every network of the ResNet family. Runs only with the profile {@code
 * nightly}.
 */
@Tag("nightly")
@Tag("networks")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class FamilySuite {

  @TempDir Path folder;

  static List<String> names() {
    return ResNet.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void network_answersAnImage(String name, EmbeddedBroker broker) throws Exception {
    FamilyTest.requireAnswer(name, folder, broker);
  }
}
