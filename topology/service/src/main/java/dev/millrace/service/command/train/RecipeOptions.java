package dev.millrace.service.command.train;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Recipe;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LowerCaseNames;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A mixin of options for the training method. An option that the user gives overrides the value of
 * the recipe.
 */
@Grouped(Section.OPTIMIZATION)
final class RecipeOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description =
          "Recipe that sets the options of this group and of the group Augmentation, unless they"
              + " are given: ${COMPLETION-CANDIDATES} (default: the defaults below). The training"
              + " prints all values at its start.")
  private Recipe recipe;

  @Mixin private OptimizationOptions optimization;

  @Mixin private AugmentationOptions augmentation;

  /** {@return the recipe, or empty if the user did not choose one} */
  Optional<Recipe> recipe() {
    return Optional.ofNullable(recipe);
  }

  Optimization optimization(ResNet network) {
    return optimization.optimization(
        new Given(command), recipe == null ? Optimization.DEFAULTS : recipe.optimization(network));
  }

  Augmentation augmentation() {
    return augmentation.augmentation(
        new Given(command), recipe == null ? Augmentation.DEFAULTS : recipe.augmentation());
  }

  /** The allowed values of {@code --recipe}. */
  static final class Names extends LowerCaseNames {
    Names() {
      super(Recipe.class);
    }
  }
}
