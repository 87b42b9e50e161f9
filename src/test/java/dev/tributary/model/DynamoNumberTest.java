package dev.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class DynamoNumberTest {

    /** Every number DynamoDB holds: 1 to 38 digits, the first one at 10^-130 to 10^125. */
    @Provide
    Arbitrary<BigDecimal> dynamoNumbers() {
        Arbitrary<BigInteger> digits = Arbitraries.bigIntegers()
                .between(
                        BigInteger.ONE.subtract(BigInteger.TEN.pow(38)),
                        BigInteger.TEN.pow(38).subtract(BigInteger.ONE));
        Arbitrary<Integer> exponents = Arbitraries.integers().between(-130, 125);
        return Combinators.combine(digits, exponents).as((unscaled, exponent) -> {
            BigDecimal number = new BigDecimal(unscaled);
            return number.scaleByPowerOfTen(exponent - (number.precision() - 1));
        });
    }

    @Property
    void everyTextOfANumberKeepsItsValueAndBecomesOneText(@ForAll("dynamoNumbers") BigDecimal number)
            throws DynamoNumber.OutOfRangeException {
        String canonical = DynamoNumber.canonical(number.toPlainString());
        assertThat(new BigDecimal(canonical)).isEqualByComparingTo(number);
        assertThat(canonical).doesNotContain("E");
        assertThat(DynamoNumber.canonical(number.toString())).isEqualTo(canonical);
        assertThat(DynamoNumber.canonical(canonical)).isEqualTo(canonical);
        assertThat(DynamoNumber.canonical(number.setScale(number.scale() + 3).toString()))
                .isEqualTo(canonical);
    }

    @Property
    void largerAndSmallerNumbersAreRefused(
            @ForAll("dynamoNumbers") BigDecimal number, @ForAll @IntRange(min = 256, max = 400) int powers) {
        if (number.signum() != 0) {
            assertThatThrownBy(() -> DynamoNumber.canonical(
                            number.scaleByPowerOfTen(powers).toString()))
                    .isInstanceOf(DynamoNumber.OutOfRangeException.class);
            assertThatThrownBy(() -> DynamoNumber.canonical(
                            number.scaleByPowerOfTen(-powers).toString()))
                    .isInstanceOf(DynamoNumber.OutOfRangeException.class);
        }
    }
}
