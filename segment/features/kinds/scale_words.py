"""The known scales of questionnaires and sizes, from the lowest step to the highest.

A blank line separates scales, ``<`` their steps, and ``|`` words for one step.
"""

SCALES = """
strongly disagree|completely disagree|totally disagree < disagree|tend to disagree < somewhat
disagree|slightly disagree < neutral|neither agree nor disagree|undecided|neither|not sure <
somewhat agree|slightly agree < agree|tend to agree < strongly agree|completely agree|totally
agree

very dissatisfied|extremely dissatisfied|very unsatisfied|completely dissatisfied <
dissatisfied|unsatisfied < somewhat dissatisfied < neutral|neither satisfied nor dissatisfied
< somewhat satisfied < satisfied < very satisfied|extremely satisfied|completely satisfied

very unlikely|extremely unlikely < unlikely < neutral < likely < very likely|extremely likely

very bad|terrible|very poor|awful < bad|poor <
fair|average|ok|okay|neutral|moderate|acceptable < good < very good|great <
excellent|outstanding

never < almost never|very rarely < rarely|seldom < occasionally|sometimes <
often|frequently|regularly < very often|usually|mostly < always

not at all < slightly|a little|not very < moderately|somewhat < very < extremely|completely

not important|not at all important|unimportant < slightly important|somewhat unimportant <
neutral|moderately important < important|somewhat important < very important < extremely
important

lowest|extremely low < very low < low < lower middle|medium low|low-medium|lower-middle <
medium|moderate|mid|middle|normal|average < upper middle|medium high|medium-high|upper-middle
< high < very high < extremely high|highest

tiny|very small < small < medium < large|big < very large|huge < extra large

xxxs < xxs < xs < s < m < l < xl < xxl|2xl < xxxl|3xl < 4xl < 5xl

daily < several times a week|2-3 times a week < weekly|once a week < biweekly|every two
weeks|fortnightly < monthly|once a month < quarterly|every 3 months < half-yearly|biannually <
yearly|annually|once a year

bronze < silver < gold < platinum < diamond

beginner|novice < elementary < intermediate < advanced < expert

child|kid < teen|teenager|adolescent < young adult|young < adult < middle aged|middle-aged <
senior|elderly|old

stimme gar nicht zu|stimme überhaupt nicht zu|trifft gar nicht zu|trifft überhaupt nicht zu <
stimme nicht zu|stimme eher nicht zu|trifft nicht zu|trifft eher nicht zu < teils
teils|teils/teils|teils-teils|neutral|weder noch|unentschieden < stimme eher zu|trifft eher zu
< stimme zu|trifft zu < stimme voll zu|stimme völlig zu|trifft voll zu|stimme voll und ganz
zu|trifft voll und ganz zu

sehr unzufrieden < unzufrieden < neutral|teils teils < zufrieden < sehr zufrieden

sehr schlecht < schlecht < mittel|mittelmäßig|befriedigend|ausreichend < gut < sehr gut

sehr niedrig|sehr gering < niedrig|gering < mittel < hoch < sehr hoch

nie|niemals < selten < manchmal|gelegentlich < oft|häufig < sehr oft < immer

klein < mittel < groß

pas du tout d'accord|tout à fait en désaccord < pas d'accord|plutôt pas d'accord|en désaccord
< neutre|ni d'accord ni pas d'accord|sans opinion < plutôt d'accord < d'accord < tout à fait
d'accord

très insatisfait|pas du tout satisfait < insatisfait|peu satisfait < neutre < satisfait|plutôt
satisfait < très satisfait

très mauvais < mauvais < moyen|passable < bon|bien < très bon|très bien < excellent

très faible|très bas < faible|bas < moyen|moyenne < élevé|haut|fort|élevée < très élevé|très
haut

jamais < rarement < parfois|quelquefois < souvent < toujours

petit < moyen < grand

totalmente en desacuerdo|muy en desacuerdo < en desacuerdo < neutral|ni de acuerdo ni en
desacuerdo|indiferente < de acuerdo < totalmente de acuerdo|muy de acuerdo

muy insatisfecho < insatisfecho < neutral|indiferente < satisfecho < muy satisfecho

muy malo|pésimo < malo < regular < bueno < muy bueno < excelente

muy bajo < bajo|baja < medio|media < alto|alta < muy alto

nunca < casi nunca|raramente|rara vez|raras veces < a veces|algunas veces|às vezes|por vezes <
a menudo|frecuentemente|frequentemente < casi siempre|quase sempre|muitas vezes <
siempre|sempre

pequeño < mediano < grande

discordo totalmente|discordo completamente < discordo|discordo parcialmente < neutro|não
concordo nem discordo|indiferente < concordo|concordo parcialmente < concordo
totalmente|concordo completamente

muito insatisfeito < insatisfeito < neutro|indiferente < satisfeito < muito satisfeito

muito ruim|péssimo < ruim|mau < regular|razoável < bom < muito bom < ótimo|excelente

muito baixo < baixo|baixa < médio|média < alto|alta < muito alto

pequeno < médio < grande

per niente d'accordo|fortemente in disaccordo < in disaccordo|poco d'accordo < neutrale|né
d'accordo né in disaccordo|abbastanza d'accordo < d'accordo < molto d'accordo|completamente
d'accordo|fortemente d'accordo

molto insoddisfatto < insoddisfatto < neutrale < soddisfatto < molto soddisfatto

pessimo < scarso|cattivo < sufficiente < buono < ottimo

mai < raramente < a volte|qualche volta < spesso < sempre

basso|bassa < medio|media < alto|alta

piccolo < medio < grande

helemaal oneens|zeer oneens < oneens|mee oneens < neutraal < eens|mee eens < helemaal eens|zeer
eens|helemaal mee eens

zeer ontevreden < ontevreden < neutraal < tevreden < zeer tevreden

nooit < zelden < soms < vaak < altijd

laag < gemiddeld|midden < hoog

zdecydowanie nie < raczej nie < trudno powiedzieć|nie wiem < raczej tak < zdecydowanie tak

bardzo niezadowolony < niezadowolony < neutralny < zadowolony < bardzo zadowolony

nigdy < rzadko < czasami|czasem < często < zawsze

niski|niska|niskie < średni|średnia|średnie < wysoki|wysoka|wysokie

mały < średni < duży

rozhodně ne < spíše ne < nevím < spíše ano < rozhodně ano

nikdy < zřídka|málokdy < někdy|občas < často < vždy

nízký|nízká < střední < vysoký|vysoká

aldrig < sällan < ibland < ofta < alltid

låg|lågt < medel|medium < hög|högt

aldri < sjelden < av og til < ofte < alltid

hiç katılmıyorum|kesinlikle katılmıyorum < katılmıyorum < kararsızım < katılıyorum < kesinlikle
katılıyorum|tamamen katılıyorum

asla|hiçbir zaman < nadiren < bazen < sık sık < her zaman

düşük < orta < yüksek

полностью не согласен|совершенно не согласен < не согласен|скорее не согласен <
нейтрально|затрудняюсь ответить < согласен|скорее согласен < полностью согласен

никогда < редко < иногда < часто < всегда

низкий|низкая < средний|средняя < высокий|высокая

非常不满意 < 不满意 < 一般 < 满意 < 非常满意

非常不同意 < 不同意 < 一般|中立 < 同意 < 非常同意

从不 < 很少 < 有时 < 经常 < 总是

低 < 中 < 高

非常に不満 < 不満 < どちらでもない|普通 < 満足 < 非常に満足

まったくない < めったにない < 時々|ときどき < よく < いつも

매우 불만족 < 불만족 < 보통 < 만족 < 매우 만족

전혀 그렇지 않다 < 그렇지 않다 < 보통이다|보통 < 그렇다 < 매우 그렇다
"""
