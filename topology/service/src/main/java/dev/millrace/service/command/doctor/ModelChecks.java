package dev.millrace.service.command.doctor;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.onnx.ModelCheck;
import dev.millrace.service.command.lifecycle.Failure;
import dev.millrace.service.command.models.ModelTrial;
import java.util.ArrayList;
import java.util.List;

/** Checks the newest version of each model in a repository. */
final class ModelChecks {

  private ModelChecks() {}

  /**
   * @param model name of the model to check, or null for every model
   */
  static List<Finding> of(ModelRepository repository, String model) {
    try {
      List<String> models = model == null ? repository.models() : List.of(model);
      List<Finding> findings = new ArrayList<>();
      models.forEach(name -> findings.add(check(repository, name)));
      if (findings.isEmpty()) {
        findings.add(
            Finding.missing(
                "model",
                "there is none in "
                    + repository.place()
                    + "; publish one with 'millrace models import'"));
      }
      return findings;
    } catch (ModelException e) {
      return List.of(Finding.missing("model", Failure.of(e).line()));
    }
  }

  private static Finding check(ModelRepository repository, String name) {
    try {
      ModelVersion newest = repository.newest(name);
      ModelCheck check = ModelTrial.usual().check(newest);
      return Finding.ok(
          "model " + name,
          "version "
              + newest.version()
              + " answers, "
              + check.inputWidth()
              + "x"
              + check.inputHeight()
              + " pixels, "
              + check.classes()
              + " classes");
    } catch (ModelException e) {
      return Finding.missing("model " + name, Failure.of(e).line());
    }
  }
}
