"""Code lists: what is stored and what people read, in the order in which it is offered."""

Choices = tuple[tuple[str, str], ...]

# GB/T 2261.1—2003. 0 (未知) and 9 (未说明) exist in imports only.
SEXES: Choices = (("1", "男"), ("2", "女"))

# GB/T 3304—1991, numeric codes; 97 and 98 as the household register uses them.
_GROUPS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇"
    " 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京"
    " 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNIC_GROUPS: Choices = (
    *((f"{number:02d}", f"{name}族") for number, name in enumerate(_GROUPS.split(), start=1)),
    ("97", "其他"),
    ("98", "外国血统中国籍人士"),
)

# 户口性质, AAC009 of LD/T 92 (unconfirmed). After the household reform many books say only 居民户口.
HOUSEHOLD_TYPES: Choices = (
    ("00", "居民户口（不分农业、非农业）"),
    ("20", "农业户口"),
    ("10", "非农业户口"),
    ("30", "港澳台居民"),
    ("40", "外国人"),
)

# 家庭关系, first digit of GB/T 4761 (unconfirmed). 0 (本人) is no relation to somebody else.
RELATIONS: Choices = (
    ("1", "配偶"),
    ("2", "儿子"),
    ("3", "女儿"),
    ("4", "孙子女、外孙子女"),
    ("5", "父母"),
    ("6", "祖父母、外祖父母"),
    ("7", "兄弟姐妹"),
    ("8", "其他"),
)

# 个人身份, AAC066 as the production system of Hunan uses it. Lists are data with validity; these are the codes.
PARTICIPANT_CATEGORIES: Choices = (
    ("011", "普通参保人员"),
    ("021", "残疾人（一级）"),
    ("022", "残疾人（二级）"),
    ("023", "残疾人（三级）"),
    ("031", "特困人员（一级）"),
    ("032", "特困人员（二级）"),
    ("033", "特困人员（三级）"),
    ("051", "建档立卡贫困人口（一级）"),
    ("052", "建档立卡贫困人口（二级）"),
    ("053", "建档立卡贫困人口（三级）"),
    ("061", "低保对象（一级）"),
    ("062", "低保对象（二级）"),
    ("063", "低保对象（三级）"),
    ("071", "计划生育特别扶助人员"),
    ("090", "其他"),
)
ORDINARY = "011"
